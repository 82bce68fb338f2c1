// libp2p/io/asio/asio_timers.hpp: the loop's deadline heap on one Asio timer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "libp2p/io/timers.hpp"

namespace libp2p::io {

class AsioTimers final : public Timers {
 public:
  AsioTimers(const boost::asio::any_io_executor& executor, const base::Clock& clock);
  ~AsioTimers() override;

 private:
  void rearm(base::TimePoint at) override;
  void disarm() override;
  void on_expiry();

  const base::Clock& clock_;
  boost::asio::steady_timer timer_;
  bool waiting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Known to the completions that Asio has queued.
};

}  // namespace libp2p::io
