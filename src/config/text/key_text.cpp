// The words of keys.hpp: what a key takes, and its value as it would stand in the file.
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "config/text/keys.hpp"
#include "config/text/private_key.hpp"
#include "config/text/units.hpp"

namespace config::text {
namespace {

template <class List, class Text>
std::string list_text(const List& list, Text text) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ", ";
    out += text(item);
  }
  return out + "]";
}

/// A double-quoted YAML scalar; what YAML does not take as it is stands escaped.
std::string yaml_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const base::CodePoint point = base::first_code_point(text);
    const bool control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
    if (point.value == U'"' || point.value == U'\\') {
      out += '\\';
      out += text.front();
    } else if (control || point.value == 0x2028 || point.value == 0x2029 || point.value == 0xfeff) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(point.value));
    } else {
      out += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return out + "\"";
}

struct ValueText {
  std::string operator()(const std::optional<libp2p::Identity>* key) const { return *key ? "(set)" : "\"\""; }
  std::string operator()(const std::vector<libp2p::Multiaddr>* list) const {
    return list_text(*list, [](const libp2p::Multiaddr& addr) { return addr.to_text(); });
  }
  std::string operator()(const std::vector<libp2p::PeerId>* list) const {
    return list_text(*list, [](const libp2p::PeerId& id) { return id.to_base58(); });
  }
  std::string operator()(const base::Duration* time) const { return format_duration(*time); }
  std::string operator()(const ByteSize* size) const { return format_size(size->bytes); }
  std::string operator()(const std::uint32_t* number) const { return std::to_string(*number); }
  std::string operator()(const bool* flag) const { return *flag ? "true" : "false"; }
  std::string operator()(const std::string* text) const { return yaml_string(*text); }
  std::string operator()(const observe::Level* level) const { return std::string{to_text(*level)}; }
  std::string operator()(const observe::LineFormat* format) const {
    return *format == observe::LineFormat::json ? "json" : "text";
  }
};

struct TypeText {
  const Key& key;

  std::string operator()(const std::optional<libp2p::Identity>*) const {
    return fmt::format("{}, or empty", kPrivateKeyForm);
  }
  std::string operator()(const std::vector<libp2p::Multiaddr>*) const {
    return key.use == AddressUse::listen ? "list of addresses such as /ip4/0.0.0.0/tcp/9000, not empty"
                                         : "list of addresses such as /dns4/node1.example.com/tcp/9000";
  }
  std::string operator()(const std::vector<libp2p::PeerId>*) const { return "list of peer ids (12D3Koo...)"; }
  std::string operator()(const base::Duration*) const {
    return fmt::format("duration, {} to {}, such as 30s or 1m30s", format_duration(base::Duration{key.least}),
                       format_duration(base::Duration{key.most}));
  }
  std::string operator()(const ByteSize*) const {
    return fmt::format("size, {} to {}, such as 10MB", format_size(static_cast<std::uint64_t>(key.least)),
                       format_size(static_cast<std::uint64_t>(key.most)));
  }
  std::string operator()(const std::uint32_t*) const {
    return fmt::format("whole number of {}, {} to {}", key.unit, key.least, key.most);
  }
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::string*) const { return "text"; }
  std::string operator()(const observe::Level*) const { return "one of debug, info, warn, error"; }
  std::string operator()(const observe::LineFormat*) const { return "one of json, text"; }
};

}  // namespace

std::string describe_type(const Key& key) {
  Settings none;
  return std::visit(TypeText{key}, key.field(none));
}

std::string value_text(const Key& key, const Settings& settings) {
  // The field is only read.
  return std::visit(ValueText{}, key.field(const_cast<Settings&>(settings)));
}

std::string_view to_text(Effect effect) {
  switch (effect) {
    case Effect::live: return "reload";
    case Effect::rebind: return "reload, rebinds";
    case Effect::restart: return "restart";
  }
  return "";
}

}  // namespace config::text
