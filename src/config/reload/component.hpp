// config/reload/component.hpp: what a part of the node implements to be changed while it runs. Pure interface.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/text/keys.hpp"
#include "config/text/settings.hpp"

namespace config::reload {

/// Names one question; its answer carries it. An answer that comes when nobody waits for it any more is dropped.
struct Ticket {
  std::uint64_t number = 0;
  auto operator<=>(const Ticket&) const = default;
};

/// From which configuration to which. Both are valid until `commit` or `abort` returns.
struct Update {
  const text::Settings& before;
  const text::Settings& after;
  std::span<const text::Key* const> changed;
};

/// Why a component cannot take the new configuration, in words for the operator.
struct Failure {
  std::string key;  ///< "network.addresses"; may be empty.
  std::string reason;
};

/// What the operator should know of a change, as things are at present. It is made all the same.
struct Notice {
  std::string key;
  std::string text;
};

/// Where a component answers to, at once or later, on the executor on which it was asked.
struct Answers {
  std::function<void(Ticket, std::optional<Failure>)> prepared;
  std::function<void(Ticket)> released;
};

/// A component sees, for one reload: prepare, then commit or abort, then release. None of them may be called again
/// before the last `release` was answered or its time was over.
class Component {
 public:
  virtual ~Component() = default;

  /// For messages: "listeners".
  virtual std::string_view name() const = 0;
  /// True if a change of `key` is for this component; it is called only then.
  virtual bool concerns(const text::Key& key) const = 0;
  /// True for what is looked at in every reload, changed or not.
  virtual bool always() const { return false; }

  /// The change compared with the present. For a dry run as well: changes nothing and does not wait.
  virtual std::vector<Notice> notices(const Update& /*update*/) const { return {}; }

  /// Builds the new beside the old, which goes on working. Answered, now or later, with `Reloader::prepared`.
  virtual void prepare(const Update& update, Ticket ticket) = 0;
  /// The new takes over. Nothing in it can fail or wait.
  virtual void commit() noexcept = 0;
  /// Back to what was before `prepare`, which may still be under way or have failed. As `commit`.
  virtual void abort() noexcept = 0;
  /// Lets go of what lost: the old after `commit`, the new after `abort`. Answered, now or later, with
  /// `Reloader::released`; may go on after its time is over.
  virtual void release(Ticket ticket) = 0;
};

}  // namespace config::reload
