#include "node/own_record_file.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "node/core.hpp"
#include "node/events.hpp"
#include "node/limits.hpp"
#include "store/disk/node_state.hpp"

namespace node {

namespace asio = boost::asio;

OwnRecordFile::OwnRecordFile(Parts parts, std::string path)
    : parts_{std::move(parts)}, path_{std::move(path)}, retry_{parts_.timers, [this] { write(); }} {}

void OwnRecordFile::save(exchange::RecordPtr record) {
  pending_ = std::move(record);
  write();
}

void OwnRecordFile::write() {
  parts_.worker([this, record = pending_, path = path_, &files = parts_.files, &rng = parts_.rng,
                 executor = parts_.executor, alive = std::weak_ptr{alive_}] {
    const store::disk::NodeState state{.record_seq = record->version().seq, .record = record->envelope()};
    const base::Result<void> written = store::disk::save_node_state(files, rng, path, state);
    asio::post(executor, [this, alive, record, written] {
      if (!alive.expired()) take(record, written);
    });
  });
}

void OwnRecordFile::take(const exchange::RecordPtr& record, const base::Result<void>& written) {
  if (record != pending_) return;  // a newer one is on its way
  if (!written) {
    parts_.bus.publish(OwnRecordNotSaved{written.error()});
    retry_.arm(parts_.clock.now() + kOwnRecordRetry);
    return;
  }
  pending_.reset();
  parts_.bus.publish(OwnRecordSaved{record});
  parts_.core([record](Core& core, base::TimePoint now) { core.on_own_record_saved(record, now); });
}

}  // namespace node
