// From the streams to the socket: gather Noise frames from all that waits, seal them, write them in the same turn.
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

constexpr std::size_t kFrameOverhead = noise::kLengthBytes + crypto::kTagBytes;
/// A frame for less room than this is not worth its sealing.
constexpr std::size_t kLeastFrame = 4096;

}  // namespace

void Connection::write_out() {
  if (phase_ == Phase::ended || !yamux_ || write_failed_) return;
  std::size_t budget = kWritePerTurn;
  while (!unsent_block_ && yamux_->has_output() && phase_ != Phase::ended) {
    if (budget < kBlockBytes) {
      more_to_do_ = true;
      return;
    }
    budget -= kBlockBytes;
    if (!send_one_block()) return;
  }
}

/// Fills a block with frames and sends it: a writer's 64 KiB are a full frame and a small one, which would cost
/// the kernel as much as the full one if it were sent by itself. False if nothing was there to send or the
/// connection ended.
bool Connection::send_one_block() {
  yamux::Gathered& gathered = loop_.gathered;
  std::vector<yamux::StreamId> drained = std::move(loop_.drained);  // a writer may go on, and send, meanwhile
  std::unique_ptr<Block> block = loop_.blocks.take();
  std::size_t filled = 0;
  do {
    const base::MutableBytes room = base::MutableBytes{*block}.subspan(filled);
    yamux_->gather(gathered, *loop_.scratch, std::min(noise::kMaxPlainBytes, room.size() - kFrameOverhead),
                   loop_.clock.now());
    drained.insert(drained.end(), gathered.drained.begin(), gathered.drained.end());
    if (gathered.bytes == 0) break;
    const base::Result<std::size_t> sealed = noise_->seal(loop_.aead, gathered.pieces, room);
    if (!sealed) {
      abort(sealed.error());
      return false;
    }
    filled += *sealed;
  } while (yamux_->has_output() && kBlockBytes - filled >= kFrameOverhead + kLeastFrame);
  const bool sent = filled > 0 && send_or_hold(std::move(block), filled);
  if (block) loop_.blocks.give(std::move(block));
  complete_writes(drained);
  drained.clear();
  loop_.drained = std::move(drained);
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
