// From the streams to the socket: gather one Noise frame from all that waits, seal it, write it in the same turn.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>

#include "libp2p/conn/connection.hpp"
#include "libp2p/conn/turn.hpp"

namespace libp2p::conn {
namespace {

/// Sealed in one turn before the loop serves others.
constexpr std::size_t kWritePerTurn = 512 * 1024;

}  // namespace

void Connection::write_out() {
  if (phase_ == Phase::ended || !yamux_ || write_failed_) return;
  std::size_t budget = kWritePerTurn;
  while (!unsent_block_ && yamux_->has_output() && phase_ != Phase::ended) {
    if (budget < noise::kMaxPlainBytes) {
      more_to_do_ = true;
      return;
    }
    budget -= noise::kMaxPlainBytes;
    if (!seal_one_frame()) return;
  }
}

/// Gathers, seals and sends one frame. False if nothing was there to send or the connection ended.
bool Connection::seal_one_frame() {
  yamux::Gathered& gathered = loop_.gathered;
  yamux_->gather(gathered, *loop_.scratch, noise::kMaxPlainBytes, loop_.clock.now());
  std::vector<yamux::StreamId> drained = std::move(gathered.drained);
  gathered.drained.clear();
  bool sent = false;
  if (gathered.bytes > 0) {
    std::unique_ptr<Block> block = loop_.blocks.take();
    const base::Result<std::size_t> sealed = noise_->seal(loop_.aead, gathered.pieces, *block);
    if (!sealed) {
      abort(sealed.error());
      return false;
    }
    sent = send_or_hold(std::move(block), *sealed);
  }
  complete_writes(drained);
  if (loop_.gathered.drained.capacity() == 0) {  // give the memory back for the next turn
    drained.clear();
    loop_.gathered.drained = std::move(drained);
  }
  return sent;
}

void Connection::complete_writes(std::vector<yamux::StreamId>& drained) {
  for (const yamux::StreamId id : drained) {
    if (phase_ == Phase::ended) return;
    if (const std::shared_ptr<StreamState> stream = find(id)) stream->on_drained();
  }
}

/// Writes sealed bytes; what the kernel does not take now is kept, and nothing further is sealed until it did.
bool Connection::send_or_hold(std::unique_ptr<Block> block, std::size_t size) {
  unsent_block_ = std::move(block);
  unsent_begin_ = 0;
  unsent_end_ = size;
  return send_held();
}

bool Connection::send_held() {
  while (unsent_begin_ < unsent_end_) {
    const base::ByteSpan rest{unsent_block_->data() + unsent_begin_, unsent_end_ - unsent_begin_};
    const base::Result<std::size_t> sent = socket_->try_write(rest);
    if (sent) {
      unsent_begin_ += *sent;
      loop_.totals.bytes_sent.fetch_add(*sent, std::memory_order_relaxed);
      continue;
    }
    if (sent.error() != boost::asio::error::would_block) {
      // What the peer sent before it closed may still be in our receive buffer; reading finds out.
      unsent_block_.reset();
      write_failed_ = true;
      wait_readable();
      return false;
    }
    if (!write_waiting_) {
      write_waiting_ = true;
      socket_->wait_writable([this] {
        write_waiting_ = false;
        const Turn turn{*this};
        on_writable();
      });
    }
    return true;
  }
  loop_.blocks.give(std::move(unsent_block_));
  return true;
}

void Connection::on_writable() {
  if (!unsent_block_ || phase_ == Phase::ended) return;
  send_held();
  want_write_ = true;
}

/// Handshake bytes, which no frame carries.
void Connection::send_raw(base::ByteSpan bytes) {
  if (bytes.empty() || write_failed_) return;
  std::unique_ptr<Block> block = loop_.blocks.take();
  std::size_t kept = 0;
  if (unsent_block_) {  // behind what is still on its way
    kept = unsent_end_ - unsent_begin_;
    std::memcpy(block->data(), unsent_block_->data() + unsent_begin_, kept);
    loop_.blocks.give(std::move(unsent_block_));
  }
  std::ranges::copy(bytes, block->begin() + static_cast<std::ptrdiff_t>(kept));
  send_or_hold(std::move(block), kept + bytes.size());
}

}  // namespace libp2p::conn
