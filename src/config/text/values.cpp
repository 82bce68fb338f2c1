#include "config/text/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/text/addresses.hpp"
#include "config/text/private_key.hpp"
#include "config/text/units.hpp"
#include "libp2p/multi/overlap.hpp"

namespace config::text {
namespace {

class ValueReader {
 public:
  ValueReader(const Key& key, const YamlNode& value, std::string_view source, Diagnostics& diagnostics)
      : key_{key}, value_{value}, source_{source}, diagnostics_{diagnostics} {}

  void operator()(std::optional<libp2p::Identity>* out) {
    if (!is_scalar()) return;
    const std::string_view text = secret_text();
    if (text.empty()) return;
    ReadKey read = read_private_key(text);
    if (read.identity) {
      *out = std::move(read.identity);
    } else {
      fault(std::move(read.fault));
    }
  }

  void operator()(std::vector<libp2p::Multiaddr>* out) {
    out->clear();  // it may hold what an override replaces
    each_item([&](const YamlNode& item, const std::string& path) {
      const base::Result<libp2p::Multiaddr> addr = libp2p::Multiaddr::from_text(item.text);
      if (!addr) return diagnostics_.error(item.at, path, explain_bad_address(item.text, addr.error()));
      const auto fault = key_.use == AddressUse::listen ? listen_fault(*addr) : announce_fault(*addr);
      if (fault) return diagnostics_.error(item.at, path, fmt::format("{}: {}", quoted(item.text), *fault));
      if (key_.use == AddressUse::listen) {
        const auto other =
            std::ranges::find_if(*out, [&](const auto& one) { return libp2p::multi::overlap(one, *addr); });
        if (other != out->end()) {
          return diagnostics_.error(
              item.at, path,
              fmt::format("{} overlaps {}: both take the same port", quoted(item.text), quoted(other->to_text())));
        }
      } else if (std::ranges::find(*out, *addr) != out->end()) {
        return listed_twice(item, path);
      }
      out->push_back(*addr);
    });
    if (key_.use == AddressUse::listen && value_.kind == YamlNode::Kind::sequence && value_.items.empty()) {
      fault("must not be empty; expected " + describe_type(key_));
    }
  }

  void operator()(std::vector<libp2p::PeerId>* out) {
    out->clear();
    each_item([&](const YamlNode& item, const std::string& path) {
      const base::Result<libp2p::PeerId> id = libp2p::PeerId::from_text(item.text);
      if (!id) return diagnostics_.error(item.at, path, quoted(item.text) + " is not a peer id (12D3Koo...)");
      if (std::ranges::find(*out, *id) != out->end()) return listed_twice(item, path);
      out->push_back(*id);
    });
  }

  void operator()(base::Duration* out) {
    if (!is_scalar()) return;
    const base::Result<base::Duration> time = parse_duration(value_.text);
    if (!time) return wrong(time.error().message());
    if (in_bounds(time->count())) *out = *time;
  }

  void operator()(ByteSize* out) {
    if (!is_scalar()) return;
    const base::Result<std::uint64_t> size = parse_size(value_.text);
    if (!size) return wrong(size.error().message());
    if (in_bounds(static_cast<std::int64_t>(*size))) out->bytes = *size;
  }

  void operator()(std::uint32_t* out) {
    if (!is_scalar()) return;
    std::int64_t number = 0;
    const char* end = value_.text.data() + value_.text.size();
    const auto [stop, error] = std::from_chars(value_.text.data(), end, number);
    if (error == std::errc::result_out_of_range && stop == end) return wrong("out of bounds");
    if (error != std::errc{} || stop != end) return wrong("not a whole number");
    if (in_bounds(number)) *out = static_cast<std::uint32_t>(number);
  }

  void operator()(bool* out) {
    if (!is_scalar()) return;
    if (value_.text != "true" && value_.text != "false") return wrong("not a truth value");
    *out = value_.text == "true";
  }

  void operator()(std::string* out) {
    if (!is_scalar()) return;
    if (value_.text.find('\0') != std::string::npos) return wrong("a zero byte is not allowed");
    if (read_private_key(value_.text).identity) return fault("this is a private key, which would show in the log");
    *out = value_.text;
  }

  void operator()(observe::Level* out) {
    if (!is_scalar()) return;
    const auto level = observe::level_from(value_.text);
    if (!level) return wrong_choice({observe::kLevelNames.begin(), observe::kLevelNames.end()});
    *out = *level;
  }

  void operator()(observe::LineFormat* out) {
    if (!is_scalar()) return;
    if (value_.text != "json" && value_.text != "text") return wrong_choice({"json", "text"});
    *out = value_.text == "json" ? observe::LineFormat::json : observe::LineFormat::text;
  }

 private:
  void fault(std::string why) { diagnostics_.error(value_.at, key_.path(), std::move(why)); }

  void wrong(std::string_view why) {
    fault(fmt::format("{}: {}; expected {}", quoted(value_.text), why, describe_type(key_)));
  }

  void wrong_choice(const std::vector<std::string_view>& choices) {
    fault(fmt::format("{}{}; expected {}", quoted(value_.text), did_you_mean(value_.text, choices),
                      describe_type(key_)));
  }

  void listed_twice(const YamlNode& item, const std::string& path) {
    diagnostics_.error(item.at, path, quoted(item.text) + " is listed twice");
  }

  bool is_scalar() {
    if (value_.kind == YamlNode::Kind::scalar) return true;
    fault("a single value is needed here; expected " + describe_type(key_));
    return false;
  }

  bool in_bounds(std::int64_t number) {
    if (number >= key_.least && number <= key_.most) return true;
    wrong("out of bounds");
    return false;
  }

  template <class Read>
  void each_item(Read read) {
    if (value_.kind != YamlNode::Kind::sequence)
      return fault("a list is needed here; expected " + describe_type(key_));
    for (std::size_t i = 0; i < value_.items.size(); ++i) {
      const YamlNode& item = value_.items[i];
      const std::string path = fmt::format("{}[{}]", key_.path(), i);
      if (item.kind != YamlNode::Kind::scalar || item.is_null()) {
        diagnostics_.error(item.at, path, "a single value is needed here");
      } else {
        read(item, path);
      }
    }
  }

  /// The private key as it stands in the source, or the node's text where the source is not one run of base64.
  std::string_view secret_text() const {
    std::string_view raw = source_.substr(value_.begin, value_.end - value_.begin);
    if (raw.starts_with('|') || raw.starts_with('>')) raw.remove_prefix(std::min(raw.find('\n'), raw.size()));
    while (!raw.empty() && is_blank(raw.front())) raw.remove_prefix(1);
    while (!raw.empty() && is_blank(raw.back())) raw.remove_suffix(1);
    if (raw.size() >= 2 && (raw.front() == '"' || raw.front() == '\'') && raw.back() == raw.front()) {
      raw.remove_prefix(1);
      raw.remove_suffix(1);
    }
    return raw.size() == value_.text.size() ? raw : std::string_view{value_.text};
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  const Key& key_;
  const YamlNode& value_;
  std::string_view source_;
  Diagnostics& diagnostics_;
};

}  // namespace

void read_value(const Key& key, const YamlNode& value, std::string_view source, Settings& settings,
                Diagnostics& diagnostics) {
  if (value.is_null()) return;  // As if the key were absent.
  std::visit(ValueReader{key, value, source, diagnostics}, key.field(settings));
}

}  // namespace config::text
