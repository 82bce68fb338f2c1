// An operator's connection: any bytes in any pieces end in requests, answers of one line each, or an end.
#include "control/limits.hpp"
#include "control/session.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 64 + 1U;
  const std::string_view input{reinterpret_cast<const char*>(data) + 1, size - 1};
  control::Session session;
  for (std::size_t at = 0; at < input.size() && !session.ended();) {
    require(session.wants_bytes(), "nothing is under way");
    const std::string_view part = input.substr(at, piece);
    session.receive(part);
    at += part.size();
    for (bool more = true; more;) {
      if (const std::optional<control::Request> request = session.next_request()) {
        require(!session.wants_bytes(), "one request at a time");
        require(request->command.size() <= control::kMaxCommandBytes, "a bounded name");
        // What is understood can be said again, and means the same.
        std::string line = control::to_line(*request);
        line.pop_back();
        const control::Parsed again = control::parse_request(line);
        const auto* same = std::get_if<control::Request>(&again.outcome);
        require(same != nullptr && same->command == request->command && same->id == request->id, "one meaning");
        session.answer({.text = request->command});
      }
      more = !session.output().empty();
      if (!more) break;
      require(session.output().find('\n') == session.output().size() - 1, "an answer is one line");
      require(std::holds_alternative<control::Answer>(
                  control::parse_answer(session.output().substr(0, session.output().size() - 1))),
              "an answer can be read");
      session.written();
    }
  }
  return 0;
}
