// base/error.hpp: what kinds of error there are, and how a module declares its own.
// Every module has one `Errc` enum and one category built from a table; callers branch on the class, logs print
// the code's message. Invariant: a message says what is wrong and, where an operator can act, what to do.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <span>
#include <string>

namespace base {

using ErrorCode = boost::system::error_code;

/// Who has to act on an error.
enum class ErrorClass : int {
  recoverable = 1,    ///< Nobody: it is retried, or the peer is at fault.
  configuration = 2,  ///< The operator: a file, an address or a flag must be mended (exit status 1).
  fatal = 3,          ///< The process cannot go on (exit status 2).
};

boost::system::error_condition make_error_condition(ErrorClass cls) noexcept;

/// The class of `code`. Codes of the operating system count as recoverable unless their module says otherwise.
ErrorClass class_of(const ErrorCode& code) noexcept;

/// One row of a module's error table.
struct ErrorRow {
  int value;
  ErrorClass cls;
  const char* message;
};

/// A category whose messages and classes come from a table. Make one as a function-local static per module:
///   const boost::system::error_category& yamux_category() {
///     static const base::TableCategory category{"yamux", kRows};  // kRows: static constexpr std::array<ErrorRow>
///     return category;
///   }
class TableCategory final : public boost::system::error_category {
 public:
  /// `name` and `rows` are borrowed and must be static.
  TableCategory(const char* name, std::span<const ErrorRow> rows) noexcept : name_{name}, rows_{rows} {}

  const char* name() const noexcept override { return name_; }
  std::string message(int value) const override;
  boost::system::error_condition default_error_condition(int value) const noexcept override;

 private:
  const ErrorRow* find(int value) const noexcept;

  const char* name_;
  std::span<const ErrorRow> rows_;
};

}  // namespace base

template <>
struct boost::system::is_error_condition_enum<base::ErrorClass> : std::true_type {};
