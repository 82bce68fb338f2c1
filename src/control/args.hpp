// control/args.hpp: a command's arguments, read with exact complaints. Pure.
//
//   Args args{request.args};
//   const bool dry_run = args.flag("dry_run");
//   if (auto failure = args.failure()) return Answer{.failure = std::move(failure)};
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/message.hpp"

namespace control {

/// Remembers the first complaint. An argument that is not asked for is one, so ask for all, then for `failure`.
class Args {
 public:
  /// `object` is borrowed.
  explicit Args(const boost::json::object& object) : object_{object} {}

  /// False if it is not given.
  bool flag(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  /// As `text`, but it has to be given; empty if it is not.
  std::string required_text(std::string_view name);
  /// A list of texts; empty if it is not given.
  std::vector<std::string> texts(std::string_view name);
  /// Not negative.
  std::optional<std::uint64_t> number(std::string_view name);

  /// Code: bad_args.
  std::optional<Failure> failure() const;

 private:
  const boost::json::value* find(std::string_view name);
  void complain(std::string_view name, std::string_view wanted);

  const boost::json::object& object_;
  std::vector<std::string> asked_;
  std::optional<Failure> first_;
};

}  // namespace control
