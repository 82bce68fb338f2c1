#include "node/saver.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "node/core.hpp"
#include "node/events.hpp"

namespace node {

namespace asio = boost::asio;

Saver::Saver(Parts parts) : parts_{std::move(parts)}, due_{parts_.timers, [this] { save(); }} {}

void Saver::save() {
  if (parts_.clock.now() < held_until_) return due_.arm(held_until_);
  run([](store::PeerStore& store, base::TimePoint now) { return store.save_if_due(now); });
}

void Saver::start() {
  run([](store::PeerStore&, base::TimePoint) { return std::optional<store::SaveReport>{}; });
}

void Saver::refresh() {
  run([](store::PeerStore& store, base::TimePoint now) { return store.refresh(now); });
}

void Saver::update(store::PeerEntry entry) {
  run([entry = std::move(entry)](store::PeerStore& store, base::TimePoint now) {
    store.update(entry, now);
    return std::optional<store::SaveReport>{};
  });
}

asio::awaitable<void> Saver::close() {
  libp2p::io::Waiter<bool> done;
  run([](store::PeerStore& store, base::TimePoint now) { return std::optional{store.close(now)}; },
      [&done] { done.resume(true); });
  static_cast<void>(co_await done.wait(false));
}

/// On the worker, then back here with what came of it.
void Saver::run(Job job, std::function<void()> then) {
  parts_.worker([this, job = std::move(job), then = std::move(then), &store = parts_.store, &clock = parts_.clock,
                 executor = parts_.executor, alive = std::weak_ptr{alive_}] {
    Outcome outcome;
    outcome.report = job(store, clock.now());
    outcome.due = store.next_deadline();
    asio::post(executor, [this, alive, outcome = std::move(outcome), then] {
      if (alive.expired()) return;
      take(outcome);
      if (then) then();
    });
  });
}

void Saver::take(const Outcome& outcome) {
  if (outcome.due) {
    due_.arm(*outcome.due);
  } else {
    due_.cancel();
  }
  if (!outcome.report) return;
  parts_.bus.publish(PeersSaved{.error = outcome.report->error,
                                .entries = outcome.report->entries,
                                .wrote = outcome.report->wrote,
                                .news = outcome.report->news,
                                .notices = outcome.report->notices,
                                .findings = outcome.report->findings,
                                .file = parts_.file});
  if (!outcome.report->touched && outcome.report->edits.empty()) return;
  parts_.core([edits = outcome.report->edits](Core& core, base::TimePoint now) { core.on_edits(edits, now); });
}

}  // namespace node
