// From the streams to the socket: gather Noise frames from all that waits, seal them, write them in the same turn.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/turn.hpp"

namespace libp2p::conn {
namespace {

/// Sealed in one turn before the loop serves others.
constexpr std::size_t kWritePerTurn = 512 * 1024;

constexpr std::size_t kFrameOverhead = noise::kLengthBytes + crypto::kTagBytes;
/// A frame for less room than this is not worth its sealing.
constexpr std::size_t kLeastFrame = 4096;

}  // namespace

void Connection::write_out() {
  write_more_ = false;
  if (phase_ == Phase::ended || !yamux_ || write_failed_) return;
  std::size_t budget = kWritePerTurn;
  while (unsent_.empty() && yamux_->has_output() && phase_ != Phase::ended) {
    if (budget == 0) {
      write_more_ = true;
      return;
    }
    const std::size_t sealed = send_one_block();
    if (sealed == 0) return;
    budget -= std::min(budget, sealed);
  }
}

/// Fills a block with frames and sends it: a call costs the kernel much the same whatever it carries. Writes that
/// a frame took to their end complete before the next is sealed, so that a writer that goes on finds room behind
/// its last bytes. How much was sealed; nothing if there was nothing to send or the connection ended.
std::size_t Connection::send_one_block() {
  std::unique_ptr<Block> block = loop_.blocks.take();
  std::size_t filled = 0;
  while (yamux_->has_output() && kBlockBytes - filled >= kFrameOverhead + kLeastFrame) {
    yamux::Gathered& gathered = loop_.gathered;
    const base::MutableBytes room = base::MutableBytes{*block}.subspan(filled);
    const std::size_t most = std::min(noise::kMaxPlainBytes, room.size() - kFrameOverhead);
    yamux_->gather(gathered, *loop_.scratch, most, loop_.clock.now());
    const bool any = gathered.bytes > 0;
    if (any) {
      const base::Result<std::size_t> sealed = noise_->seal(loop_.aead, gathered.pieces, room);
      if (!sealed) {
        abort(sealed.error());
        break;
      }
      filled += *sealed;
    }
    std::vector<yamux::StreamId> drained = std::exchange(gathered.drained, std::move(loop_.drained));
    complete_writes(drained);  // a writer may go on, and send on another connection, meanwhile
    drained.clear();
    loop_.drained = std::move(drained);
    if (!any || phase_ == Phase::ended) break;
  }
  if (filled == 0 || phase_ == Phase::ended) {
    loop_.blocks.give(std::move(block));
    return 0;
  }
  send_or_keep(std::move(block), filled);
  return write_failed_ ? 0 : filled;
}

void Connection::complete_writes(std::vector<yamux::StreamId>& drained) {
  for (const yamux::StreamId id : drained) {
    if (phase_ == Phase::ended) return;
    if (const std::shared_ptr<StreamState> stream = find(id)) stream->on_drained();
  }
}

/// Writes sealed bytes; what the kernel does not take now is kept, and nothing further is sealed until it did.
void Connection::send_or_keep(std::unique_ptr<Block> block, std::size_t size) {
  const std::size_t sent = try_send(base::ByteSpan{*block}.first(size));
  if (sent == size || write_failed_) {
    loop_.blocks.give(std::move(block));
    return;
  }
  unsent_.keep(std::move(block), sent, size, loop_.blocks);
  hold(unsent_.memory());
}

/// How much the kernel took. If that is not all, on_writable goes on, or nothing more can be sent at all.
std::size_t Connection::try_send(base::ByteSpan bytes) {
  const base::Result<std::size_t> sent = socket_->try_write(bytes);
  if (sent) {
    loop_.totals.bytes_sent.fetch_add(*sent, std::memory_order_relaxed);
    if (*sent == bytes.size()) return *sent;
  } else if (sent.error() != boost::asio::error::would_block) {
    // What the peer sent before it closed may still be in our receive buffer; reading finds out.
    write_failed_ = true;
    want_read_ = true;
    return 0;
  }
  if (!write_waiting_) {
    write_waiting_ = true;
    socket_->wait_writable([this] {
      write_waiting_ = false;
      const Turn turn{*this};
      on_writable();
    });
  }
  return sent ? *sent : 0;
}

void Connection::on_writable() {
  if (unsent_.empty() || phase_ == Phase::ended) return;
  unsent_.sent(try_send(unsent_.bytes()));
  if (unsent_.empty() || write_failed_) drop_unsent();
  want_write_ = true;
}

void Connection::drop_unsent() {
  release(unsent_.memory());
  unsent_.clear(loop_.blocks);
}

/// Handshake bytes, which no frame carries.
void Connection::send_raw(base::ByteSpan bytes) {
  if (bytes.empty() || write_failed_) return;
  std::unique_ptr<Block> block = loop_.blocks.take();
  const base::ByteSpan before = unsent_.bytes();  // still on its way
  const auto rest = std::ranges::copy(before, block->begin()).out;
  std::ranges::copy(bytes, rest);
  const std::size_t size = before.size() + bytes.size();
  drop_unsent();
  send_or_keep(std::move(block), size);
}

}  // namespace libp2p::conn
