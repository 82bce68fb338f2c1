// interop/cpp/control.hpp: the listener that obeys its standard input; tests/interop/README.md has the commands.
#pragma once

#include "interop/cpp/link.hpp"

namespace interop {

/// Serves the test protocols besides what the host serves by itself.
void serve_tests(libp2p::Host& host);

/// One command a line, each answered by one JSON line, until the end of standard input.
Task<void> obey(libp2p::Host& host);

}  // namespace interop
