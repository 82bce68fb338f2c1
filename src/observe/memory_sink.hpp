// observe/memory_sink.hpp: keeps log lines for tests, which assert events and fields, not prose.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "observe/sink.hpp"

namespace observe {

class MemorySink final : public Sink {
 public:
  struct Line {
    Level level;
    std::string component;
    std::string event;
    std::string message;
    std::map<std::string, std::string> fields;  ///< Ids and fields, values as in a text line, by the line's keys.
    std::string json;                           ///< The whole line.
  };

  base::Result<void> write(const Record& record) override;
  std::string_view name() const override { return "memory"; }

  std::vector<Line> lines() const;
  /// The lines with this event, in order.
  std::vector<Line> lines(std::string_view event) const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace observe
