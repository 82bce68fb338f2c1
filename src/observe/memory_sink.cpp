#include "observe/memory_sink.hpp"

#include "observe/line.hpp"

namespace observe {

base::Result<void> MemorySink::write(const Record& record) {
  Line line{.level = record.level,
            .component = std::string{record.component},
            .event = std::string{record.event},
            .message = std::string{record.message},
            .fields = {},
            .json = {}};
  for (const ContextId& id : record.context) line.fields.emplace(id.key, id.value);
  for (const Field& field : record.fields) line.fields.emplace(line_key(field), to_text(field.value));
  append_json(line.json, record);
  const std::scoped_lock lock{mutex_};
  lines_.push_back(std::move(line));
  return base::ok();
}

std::vector<MemorySink::Line> MemorySink::lines() const {
  const std::scoped_lock lock{mutex_};
  return lines_;
}

std::vector<MemorySink::Line> MemorySink::lines(std::string_view event) const {
  std::vector<Line> found = lines();
  std::erase_if(found, [event](const Line& line) { return line.event != event; });
  return found;
}

void MemorySink::clear() {
  const std::scoped_lock lock{mutex_};
  lines_.clear();
}

}  // namespace observe
