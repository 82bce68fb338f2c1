#include "node/peers_watch.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <utility>

#include "node/events.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

namespace {

std::string name_in_folder(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

PeersWatch::PeersWatch(Parts parts, std::string path)
    : parts_{std::move(parts)},
      path_{std::move(path)},
      due_{parts_.timers, [this] { read_if_due(); }},
      next_look_{parts_.timers, [this] { start_look(); }} {}

void PeersWatch::start() { start_look(); }

void PeersWatch::stop() {
  alive_.reset();
  end_watch();
  due_.cancel();
  next_look_.cancel();
}

// --- on the worker ---------------------------------------------------------------------------------------------

std::optional<PeersWatch::Place> PeersWatch::find_place(base::Files& files, const std::string& path) {
  const auto target = files.resolve(path);
  if (!target) return std::nullopt;
  const auto folder = files.stat(base::directory_of(*target));
  if (!folder) return std::nullopt;
  return Place{.target = *target, .device = folder->device, .inode = folder->inode};
}

PeersWatch::Look PeersWatch::look(const std::optional<Place>& watched, bool may_watch) const {
  Look seen;
  seen.place = find_place(parts_.files, path_);
  if (seen.place && seen.place != watched && may_watch) {
    // A link is replaced in its own folder.
    const std::array folders{base::directory_of(seen.place->target), base::directory_of(path_)};
    auto watch = parts_.watcher->watch(folders);
    if (watch) seen.watch = std::move(*watch);
    if (!watch) seen.error = watch.error();
  }
  // After the watch began: nothing can happen between the two.
  if (const auto info = parts_.files.stat(path_)) seen.file = *info;
  return seen;
}

// --- on the core -----------------------------------------------------------------------------------------------

void PeersWatch::start_look() {
  const base::TimePoint now = parts_.clock.now();
  const bool may_watch = parts_.watcher != nullptr && (watch_ || now >= try_watch_at_);
  if (may_watch) try_watch_at_ = now + kWatchRecheck;
  parts_.worker([this, watched = watched_, may_watch, executor = parts_.executor, alive = std::weak_ptr{alive_}] {
    if (alive.expired()) return;
    auto seen = std::make_shared<Look>(look(watched, may_watch));
    asio::post(executor, [this, seen, alive] {
      if (!alive.expired()) take(*seen);
    });
  });
}

void PeersWatch::take(Look& look) {
  const base::TimePoint now = parts_.clock.now();
  edits_.on_polled(look.file, now);
  if (watch_ && look.place != watched_) end_watch();
  if (look.watch) begin(look);
  if (look.error && look.error != told_) parts_.bus.publish(PeersWatchFailed{.error = look.error});
  if (look.error || watch_) told_ = look.error;
  // Before the first look it may have been edited since it was loaded.
  if (!std::exchange(began_, true)) edits_.on_finished(now);
  next_look_.arm(now + (watch_ ? kWatchRecheck : store::disk::kPollEvery));
  if (const auto due = edits_.due()) due_.arm(*due);
}

void PeersWatch::begin(Look& look) {
  watch_ = std::move(look.watch);
  watched_ = std::move(look.place);
  names_ = {name_in_folder(path_), name_in_folder(watched_->target)};
  readable_.emplace(parts_.executor, watch_->descriptor());
  wait();
}

void PeersWatch::end_watch() {
  if (readable_) readable_->release();  // the watch closes it
  readable_.reset();
  watch_.reset();
  watched_.reset();
}

void PeersWatch::wait() {
  readable_->async_wait(asio::posix::stream_descriptor::wait_read,
                        [this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error) {
                          if (error || alive.expired() || !watch_) return;
                          on_events();
                        });
}

void PeersWatch::on_events() {
  using Kind = base::FolderEvent::Kind;
  const base::TimePoint now = parts_.clock.now();
  bool is_lost = false;
  for (const base::FolderEvent& event : watch_->take()) {
    if (event.kind == Kind::lost) {
      is_lost = true;
    } else if (!names_.contains(event.name)) {
      continue;
    } else if (event.kind == Kind::written) {
      edits_.on_written(now);
    } else {
      edits_.on_finished(now);
    }
  }
  if (is_lost) {
    edits_.on_finished(now);
    end_watch();
    try_watch_at_ = now;
    start_look();
  } else {
    wait();
  }
  if (const auto due = edits_.due()) {
    parts_.hold(*due);
    due_.arm(*due);
  }
}

void PeersWatch::read_if_due() {
  const auto due = edits_.due();
  if (!due) return;
  if (*due > parts_.clock.now()) return due_.arm(*due);
  edits_.on_read();
  parts_.refresh();
}

}  // namespace node
