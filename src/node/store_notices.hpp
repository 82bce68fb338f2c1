// node/store_notices.hpp: what the store tells the operator, as log lines. Any thread.
#pragma once

#include <string>

#include "observe/log.hpp"
#include "store/findings.hpp"
#include "store/notice.hpp"

namespace node {

/// What a notice means, in a sentence.
const char* message_of(store::Notice::Kind kind);

/// What is wrong with single lines of peers.yaml.
void log_findings(const observe::Logger& log, const store::Findings& findings, const std::string& file);

void log_notice(const observe::Logger& log, const store::Notice& notice);

}  // namespace node
