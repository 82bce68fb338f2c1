// store/text/yaml_events.hpp: a YAML text as a stream of events with byte positions. Pure, no tree in memory.
// The only place that includes the packaged parser. Refuses what our files never need and attackers like: anchors,
// aliases, deep nesting, several documents, encodings other than UTF-8. After a failure every event is `failed`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/text/peers_errc.hpp"

namespace store::text {

struct YamlEvent {
  enum class Kind : std::uint8_t { scalar, sequence_start, sequence_end, mapping_start, mapping_end, end, failed };
  Kind kind = Kind::failed;
  std::string_view value{};   ///< Of a scalar; valid until the next event.
  bool plain = false;         ///< A scalar without quotes: `null` is then no text.
  bool block_scalar = false;  ///< `|` or `>`: ends at the start of a line.
  bool flow = false;          ///< `[...]` or `{...}`, at both ends.
  std::size_t start = 0;      ///< Byte positions in the text.
  std::size_t stop = 0;
  std::uint32_t line = 0;    ///< From 1.
  std::uint32_t column = 0;  ///< From 0, in characters.

  /// A scalar that means "nothing here".
  bool is_null() const;
};

struct YamlFailure {
  PeersErrc code{};
  std::uint32_t line = 0;
  std::string reason{};
};

class YamlEvents {
 public:
  /// `text` is borrowed for as long as this lives.
  explicit YamlEvents(std::string_view text);
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;
  ~YamlEvents();

  /// The next event; `end` again and again after the last, `failed` after a failure.
  const YamlEvent& next();
  /// Skips the rest of the node whose first event is the current one. False on failure.
  bool skip_node();
  const YamlEvent& current() const { return event_; }
  /// Where the content read so far ends. (A block collection's own end event stands after the comments behind it.)
  std::size_t content_stop() const { return content_stop_; }
  const YamlFailure& failure() const { return failure_; }
  /// Makes the stream fail here, for what is well-formed but not what the file may hold.
  void fail(PeersErrc code, std::uint32_t line, std::string reason);

 private:
  struct Parser;

  bool advance();
  void take_node();
  const unsigned char* take_start();
  void fail_by_parser();

  std::unique_ptr<Parser> parser_;
  YamlEvent event_;
  YamlFailure failure_;
  std::vector<bool> open_flow_;  ///< One per open collection: is it in flow style?
  std::size_t content_stop_ = 0;
  bool document_seen_ = false;
};

}  // namespace store::text
