// config/text/origin.hpp: where a value of the configuration comes from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/text/diagnostic.hpp"

namespace config::text {

struct Origin {
  enum class Source : std::uint8_t { default_value, file, environment, flag, key_file, credential };

  Source source = Source::default_value;
  Position at{};     ///< In conf.yaml.
  std::string name;  ///< The variable, the flag, or the path of the key's file.

  /// "default", "conf.yaml:7", "BTC_FEDERATION_LOGGING_LEVEL", "--set logging.level". `file`: of conf.yaml.
  std::string to_text(std::string_view file) const;
};

}  // namespace config::text
