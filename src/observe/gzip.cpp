#include "observe/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

namespace observe {
namespace {

constexpr int kGzipWindow = 15 + 16;  // 32 KiB of window; 16 asks for the gzip header.

class Deflate {
 public:
  Deflate()
      : ready_{deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) ==
               Z_OK} {}
  ~Deflate() {
    if (ready_) deflateEnd(&stream_);
  }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

base::Result<void> write_gzip(base::OutputFile& out, base::ByteSpan content) {
  Deflate deflate_state;
  if (!deflate_state.ready()) return base::ErrorCode{ENOMEM, boost::system::system_category()};
  z_stream& z = deflate_state.stream();
  std::array<std::uint8_t, 64 * 1024> block{};
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    const std::size_t piece = std::min<std::size_t>(content.size(), std::numeric_limits<uInt>::max());
    z.next_in = const_cast<Bytef*>(content.data());  // zlib only reads it.
    z.avail_in = static_cast<uInt>(piece);
    z.next_out = block.data();
    z.avail_out = static_cast<uInt>(block.size());
    state = deflate(&z, piece == content.size() ? Z_FINISH : Z_NO_FLUSH);
    content = content.subspan(piece - z.avail_in);
    if (const auto done = out.write(base::ByteSpan{block}.first(block.size() - z.avail_out)); !done) return done;
  }
  return base::ok();
}

}  // namespace observe
