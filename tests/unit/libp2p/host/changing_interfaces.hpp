// The network of a machine whose interfaces come and go.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libp2p/io/socket.hpp"

namespace libp2p::testing {

class ChangingInterfaces final : public io::Network {
 public:
  ChangingInterfaces(io::Network& below, std::vector<std::string> ips) : ips{std::move(ips)}, below_{below} {}
  std::unique_ptr<io::Operation> connect(const io::Endpoint& to, io::OnSocket connected) override {
    return below_.connect(to, std::move(connected));
  }
  base::Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at,
                                                     std::span<io::Listener* const> beside) override {
    return below_.listen(at, beside);
  }
  std::vector<io::Endpoint> interfaces() override {
    ++asked;
    std::vector<io::Endpoint> out;
    out.reserve(ips.size());
    for (const std::string& ip : ips) out.push_back(*io::to_endpoint(ip, 0));
    return out;
  }
  std::vector<std::string> ips;
  std::size_t asked = 0;

 private:
  io::Network& below_;
};

}  // namespace libp2p::testing
