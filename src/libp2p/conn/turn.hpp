// libp2p/conn/turn.hpp: the outermost call into a connection. Nested calls (a resumed reader that writes, resets
// or closes) only note what they want; the outermost one writes and, if the connection ended, finishes it.
#pragma once

#include "libp2p/conn/connection.hpp"

namespace libp2p::conn {

class Connection::Turn {
 public:
  explicit Turn(Connection& connection) : connection_{connection}, outermost_{!connection.busy_} {
    connection_.busy_ = true;
  }
  ~Turn() {
    if (outermost_) connection_.leave();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Connection& connection_;
  bool outermost_;
};

}  // namespace libp2p::conn
