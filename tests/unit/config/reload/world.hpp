// A node made of components that answer at once, late, badly or never, around a Reloader. Each component remembers
// which configuration it runs with, so that a mixture of two shows.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/reload/limits.hpp"
#include "config/reload/reloader.hpp"
#include "config/text/parse.hpp"

namespace config::reload {

enum class Behaviour : std::uint8_t { at_once, later, fails, hangs };

/// conf.yaml with these lines behind the required ones.
inline std::string conf(const std::string& more) {
  return "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n" + more;
}

inline text::Settings settings_of(const std::string& text) {
  text::Parsed parsed = text::parse(text);
  EXPECT_TRUE(parsed.settings) << text;
  return std::move(*parsed.settings);
}

class FakeComponent final : public Component {
 public:
  FakeComponent(std::string section, std::vector<std::string>& calls)
      : section_{std::move(section)}, calls_{calls} {}

  std::string_view name() const override { return section_; }
  bool concerns(const text::Key& key) const override { return key.section == section_; }
  bool always() const override { return every_time; }
  std::vector<Notice> notices(const Update& update) const override {
    if (to_notice.empty() || update.changed.empty()) return {};
    return {{.key = section_, .text = to_notice}};
  }

  void prepare(const Update& update, Ticket ticket) override {
    EXPECT_FALSE(building_) << "prepared twice";
    EXPECT_TRUE(!releasing_since_ || *now >= *releasing_since_ + kReleaseLimit) << "the last release goes on";
    calls_.push_back("prepare " + section_);
    building_ = update.after;
    prepare_ticket = ticket;
    if (on_prepare == Behaviour::at_once) reloader->prepared(ticket, std::nullopt, *now);
    if (on_prepare == Behaviour::fails) reloader->prepared(ticket, Failure{.key = {}, .reason = "no"}, *now);
  }
  void commit() noexcept override {
    EXPECT_TRUE(building_) << "committed without prepare";
    calls_.push_back("commit " + section_);
    holds = *building_;
    building_.reset();
  }
  void abort() noexcept override {
    EXPECT_TRUE(building_) << "aborted without prepare";
    calls_.push_back("abort " + section_);
    building_.reset();
  }
  void release(Ticket ticket) override {
    EXPECT_FALSE(building_) << "released before commit or abort";
    calls_.push_back("release " + section_);
    release_ticket = ticket;
    releasing_since_ = *now;
    if (on_release == Behaviour::at_once) answer_release();
  }

  void answer_prepare(std::optional<Failure> failure = {}) {
    reloader->prepared(prepare_ticket, std::move(failure), *now);
  }
  void answer_release() {
    releasing_since_.reset();
    reloader->released(release_ticket, *now);
  }

  Reloader* reloader = nullptr;
  const base::TimePoint* now = nullptr;
  Behaviour on_prepare = Behaviour::at_once;
  Behaviour on_release = Behaviour::at_once;
  bool every_time = false;
  std::string to_notice;  ///< Of a change.
  text::Settings holds;
  Ticket prepare_ticket;
  Ticket release_ticket;

 private:
  std::string section_;
  std::vector<std::string>& calls_;
  std::optional<text::Settings> building_;
  std::optional<base::TimePoint> releasing_since_;
};

class World : public Surroundings {
 public:
  explicit World(const std::string& first = conf("")) : file{first} {
    std::vector<Component*> borrowed;
    for (const char* section : {"network", "peers", "logging"}) {
      components[section] = std::make_unique<FakeComponent>(section, calls);
      borrowed.push_back(components[section].get());
    }
    reloader = std::make_unique<Reloader>(*this, borrowed);
    for (auto& [name, component] : components) {
      component->reloader = reloader.get();
      component->now = &now;
      component->holds = settings_of(first);
    }
  }

  void start() { reloader->started(settings_of(file), now); }
  void reload(bool dry_run = false, std::uint64_t reply = 0) {
    ++requests;
    reloader->request({.asker = {.way = reply == 0 ? Asker::Way::signal : Asker::Way::command,
                                 .pid = 7,
                                 .uid = 8,
                                 .reply = reply},
                       .at = {},
                       .dry_run = dry_run},
                      now);
  }
  void pass(base::Duration time) {
    now += time;
    reloader->tick(now);
  }
  void answer_validate() {
    text::Parsed parsed = text::parse(file);
    reloader->validated(validate_ticket,
                        make_candidate(std::move(parsed.settings), parsed.diagnostics, "conf.yaml"), now);
  }
  FakeComponent& part(const std::string& section) { return *components.at(section); }
  const Record& last() const { return finished_.back(); }
  const std::vector<Record>& all() const { return finished_; }

  /// Which of the keys differ between what the components hold and `settings`: none, if it is one configuration.
  std::vector<const text::Key*> mixture(const text::Settings& settings) const {
    std::vector<const text::Key*> wrong;
    for (const auto& [section, component] : components) {
      for (const text::Key* key : text::changed_keys(component->holds, settings)) {
        if (key->section == section) wrong.push_back(key);
      }
    }
    return wrong;
  }

  // Surroundings
  void validate(Ticket ticket, bool dry_run) override {
    validates_dry_run = dry_run;
    ++validations;
    validate_ticket = ticket;
    if (on_validate == Behaviour::at_once) answer_validate();
  }
  void finished(const Record& record) override { finished_.push_back(record); }

  std::string file;
  base::TimePoint now{};
  std::vector<std::string> calls;
  std::map<std::string, std::unique_ptr<FakeComponent>> components;
  std::unique_ptr<Reloader> reloader;
  Behaviour on_validate = Behaviour::at_once;
  Ticket validate_ticket;
  int validations = 0;
  bool validates_dry_run = false;  ///< The last one.
  std::size_t requests = 0;

 private:
  std::vector<Record> finished_;
};

}  // namespace config::reload
