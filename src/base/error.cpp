#include "base/error.hpp"

#include <algorithm>

namespace base {
namespace {

class ClassCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "class"; }
  std::string message(int value) const override {
    switch (static_cast<ErrorClass>(value)) {
      case ErrorClass::recoverable: return "recoverable";
      case ErrorClass::configuration: return "configuration";
      case ErrorClass::fatal: return "fatal";
    }
    return "unknown class";
  }
};

const boost::system::error_category& class_category() {
  static const ClassCategory category;
  return category;
}

}  // namespace

boost::system::error_condition make_error_condition(ErrorClass cls) noexcept {
  return {static_cast<int>(cls), class_category()};
}

ErrorClass class_of(const ErrorCode& code) noexcept {
  if (code == ErrorClass::configuration) return ErrorClass::configuration;
  if (code == ErrorClass::fatal) return ErrorClass::fatal;
  return ErrorClass::recoverable;
}

std::string TableCategory::message(int value) const {
  const ErrorRow* row = find(value);
  return row != nullptr ? row->message : std::string{name_} + " error " + std::to_string(value);
}

boost::system::error_condition TableCategory::default_error_condition(int value) const noexcept {
  const ErrorRow* row = find(value);
  return make_error_condition(row != nullptr ? row->cls : ErrorClass::recoverable);
}

const ErrorRow* TableCategory::find(int value) const noexcept {
  const auto at = std::ranges::find(rows_, value, &ErrorRow::value);
  return at != rows_.end() ? &*at : nullptr;
}

}  // namespace base
