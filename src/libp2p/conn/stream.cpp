// The public handle of a stream: it forwards to the state that it shares with the connection.
#include "libp2p/stream.hpp"

#include <boost/asio/error.hpp>

#include "libp2p/conn/stream_state.hpp"

namespace libp2p {

namespace asio = boost::asio;

Stream::Stream(std::shared_ptr<conn::StreamState> state) : state_{std::move(state)} {}

Stream::~Stream() {
  if (state_) state_->abandon();
}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    if (state_) state_->abandon();
    state_ = std::move(other.state_);
  }
  return *this;
}

const std::string& Stream::protocol() const { return state_->protocol(); }
const PeerId& Stream::peer() const { return state_->peer(); }
std::uint64_t Stream::connection_id() const { return state_->connection_id(); }
std::uint32_t Stream::id() const { return state_->id(); }
asio::any_io_executor Stream::executor() const { return state_->executor(); }
std::uint32_t Stream::reset_code() const { return state_->reset_code(); }

asio::awaitable<base::Result<std::size_t>> Stream::read(base::MutableBytes into) { return state_->read(into); }
asio::awaitable<base::Result<base::ByteSpan>> Stream::peek() { return state_->peek(); }
void Stream::consume(std::size_t bytes) { state_->consume(bytes); }
asio::awaitable<base::Result<void>> Stream::write(base::ByteSpan bytes) { return state_->write(bytes); }
asio::awaitable<base::Result<void>> Stream::close_write() { return state_->close_write(); }

asio::awaitable<base::Result<void>> Stream::read_exactly(base::MutableBytes into) {
  while (!into.empty()) {
    const base::Result<std::size_t> got = co_await state_->read(into);
    if (!got) co_return got.error();
    if (*got == 0) co_return base::ErrorCode{asio::error::eof};
    into = into.subspan(*got);
  }
  co_return base::ok();
}

void Stream::reset(std::uint32_t code) { state_->reset(code); }
void Stream::set_deadline(base::TimePoint at) { state_->set_deadline(at); }
void Stream::set_traffic_class(TrafficClass traffic) { state_->set_traffic_class(traffic); }

}  // namespace libp2p
