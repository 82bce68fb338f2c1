// The JSON Schema of conf.yaml. Spec: JSON Schema 2020-12, "Validation".
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "config/text/documents.hpp"
#include "config/text/keys.hpp"
#include "config/text/version.hpp"
#include "observe/line.hpp"

namespace config::text {
namespace {

std::string json(std::string_view text) {
  std::string out;
  observe::append_json_string(out, text);
  return out;
}

template <class List>
std::string names(const List& list) {
  std::string out;
  for (const std::string_view name : list) out += (out.empty() ? "" : ",") + json(name);
  return "[" + out + "]";
}

/// The keywords that say what values a key takes.
struct SchemaOf {
  const Key& key;

  std::string operator()(const std::optional<libp2p::Identity>*) const {
    return R"("type":["string","null"],"pattern":"^([A-Za-z0-9+/]{86}==)?$")";
  }
  std::string operator()(const std::vector<libp2p::Multiaddr>*) const {
    const bool listen = key.use == AddressUse::listen;
    return fmt::format(
        R"("type":"array","items":{{"type":"string","pattern":"{}"}},"uniqueItems":true{})",
        listen ? "^/ip(4|6|6zone)/.+/tcp/[0-9]+$" : "^/(ip4|ip6|ip6zone|dns|dns4|dns6)/.+/tcp/[0-9]+$",
        listen ? R"(,"minItems":1)" : "");
  }
  std::string operator()(const std::vector<libp2p::PeerId>*) const {
    return R"("type":"array","items":{"type":"string"},"uniqueItems":true)";
  }
  std::string operator()(const base::Duration*) const {
    return R"("type":"string","pattern":"^([0-9]+(\\.[0-9]*)?(ns|us|ms|s|m|h))+$")";
  }
  std::string operator()(const ByteSize*) const {
    return R"("type":"string","pattern":"^[0-9]+(\\.[0-9]*)?([KMG]i?)?B$")";
  }
  std::string operator()(const std::uint32_t*) const {
    return fmt::format(R"("type":"integer","minimum":{},"maximum":{})", key.least, key.most);
  }
  std::string operator()(const bool*) const { return R"("type":"boolean")"; }
  std::string operator()(const std::string*) const { return R"("type":"string")"; }
  std::string operator()(const observe::Level*) const { return R"("enum":)" + names(observe::kLevelNames); }
  std::string operator()(const observe::LineFormat*) const {
    return R"("enum":)" + names(std::initializer_list<std::string_view>{"json", "text"});
  }
};

std::string key_schema(const Key& key) {
  Settings defaults;
  const std::string description =
      fmt::format("{} Value: {}. A change needs: {}.", key.help, describe_type(key), to_text(key.effect));
  return fmt::format("        {}: {{{},\"description\":{}}}", json(key.name),
                     std::visit(SchemaOf{key}, key.field(defaults)), json(description));
}

std::vector<std::string_view> required_sections() {
  std::vector<std::string_view> out;
  for (const Key& key : all_keys()) {
    if (is_required(key) && std::ranges::find(out, key.section) == out.end()) out.push_back(key.section);
  }
  return out;
}

std::string section_schema(std::string_view section) {
  std::string keys;
  std::string required;
  for (const Key& key : all_keys()) {
    if (key.section != section) continue;
    keys += (keys.empty() ? "" : ",\n") + key_schema(key);
    if (is_required(key)) required += (required.empty() ? "" : ",") + json(key.name);
  }
  return fmt::format(
      "    {}: {{\n      \"type\":{},\"additionalProperties\":false,\"required\":[{}],\n"
      "      \"properties\":{{\n{}\n      }}\n    }}",
      json(section), required.empty() ? R"(["object","null"])" : R"("object")", required, keys);
}

}  // namespace

std::string json_schema() {
  std::string properties =
      fmt::format(R"(    {}: {{"type":"integer","minimum":1,"maximum":{}}})", json(kVersionKey), kVersion);
  for (const std::string_view section : all_sections()) properties += ",\n" + section_schema(section);
  return fmt::format(
      "{{\n  \"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\":\"conf.yaml of a BTC Federation node\",\n"
      "  \"type\":\"object\",\"additionalProperties\":false,\"required\":{},\n"
      "  \"properties\":{{\n{}\n  }}\n}}\n",
      names(required_sections()), properties);
}

}  // namespace config::text
