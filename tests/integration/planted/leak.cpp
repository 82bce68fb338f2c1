// Memory that nobody knows of any more: for LeakSanitizer, in whatever program loads this.

namespace {

const bool kPlanted = [] {
  int* volatile lost = new int{1};
  lost = nullptr;
  return lost == nullptr;
}();

}  // namespace
