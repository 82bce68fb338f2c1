// config/reload/record.hpp: what is remembered of one reload, as a value and in words. Pure. No secret is in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "config/text/keys.hpp"

namespace config::reload {

struct Asker {
  enum class Way : std::uint8_t { signal, command };
  Way way = Way::signal;
  std::uint32_t pid = 0;
  std::uint32_t uid = 0;
  std::uint64_t reply = 0;  ///< The command that waits for the result; of no meaning here.
};

enum class Outcome : std::uint8_t {
  applied,
  unchanged,  ///< The file means what the node runs with.
  dry_run,    ///< Nothing was to be applied.
  invalid,    ///< The file has errors.
  refused,    ///< It changes what needs a restart.
  failed,     ///< A component could not take it; the node is as before.
  timed_out,  ///< The same, because something did not answer in time.
  cancelled,  ///< The same, because the node stops.
};
std::string_view to_text(Outcome outcome);

/// True if the node runs as the file wants it, or nothing else was asked.
bool is_good(Outcome outcome);

struct Change {
  std::string path;  ///< "peers.max_connections"
  text::Effect effect;
  std::string before;  ///< As in the file; secrets masked, long values cut.
  std::string after;
};

struct Record {
  std::uint64_t number = 0;  ///< Counted from 1 since the start.
  base::WallTime asked_at{};
  std::vector<Asker> askers{};
  bool dry_run = false;
  Outcome outcome = Outcome::unchanged;
  std::string component{};  ///< What failed.
  std::string reason{};     ///< Why it is not applied, or what goes on although it is.
  std::vector<Change> changes{};
  std::vector<std::string> findings{};  ///< On the file and on its changes, a line each.
  base::Duration validating{};
  base::Duration preparing{};
  base::Duration finishing{};  ///< Releasing the old, or rolling back.
};

/// The keys in which two configurations differ.
std::vector<Change> changes_between(const text::Settings& before, const text::Settings& after);

/// One JSON object, without a newline.
std::string to_json(const Record& record);

/// Several lines, for `reload` and `config --history`.
std::string to_text(const Record& record);

}  // namespace config::reload
