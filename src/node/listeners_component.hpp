// node/listeners_component.hpp: network.addresses and network.announce_addresses, changed while the node runs.
// The part of a reload that says on the loop that listens what is to be done, and brings the answers back.
// Thread rules: the core's executor; the loop is reached by posts, which keep their order. Invariant: `commit` and
// `abort` only post what `prepare` has made, so they neither fail nor wait; whoever asks the host afterwards asks
// behind them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "config/reload/component.hpp"
#include "node/network.hpp"
#include "node/reserved_post.hpp"

namespace node {

class ListenersComponent final : public config::reload::Component {
 public:
  /// `network`: of the loop that listens (`Node::listening`); borrowed. `answers` are called on the core's
  /// executor, from a fresh call stack.
  ListenersComponent(boost::asio::any_io_executor core, Network& network, config::reload::Answers answers)
      : core_{std::move(core)},
        network_{network},
        answers_{std::make_shared<const config::reload::Answers>(std::move(answers))} {}

  std::string_view name() const override { return "listeners"; }
  bool concerns(const config::text::Key& key) const override;
  void prepare(const config::reload::Update& update, config::reload::Ticket ticket) override;
  void commit() noexcept override;
  void abort() noexcept override;
  void release(config::reload::Ticket ticket) override;

 private:
  boost::asio::any_io_executor core_;
  Network& network_;
  std::shared_ptr<const config::reload::Answers> answers_;  ///< What is still on its way is dropped with this.
  struct Decision {
    ReservedPost commit;
    ReservedPost abort;
  };
  std::optional<Decision> decision_;  ///< Of the reload that is under way.
};

/// For the operator.
config::reload::Failure explain(const StartFailure& failure);

}  // namespace node
