#include "web/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kPublishEvery = 1s;
constexpr std::size_t kMostGone = 100;
constexpr int kMostMissed = 200;

std::string event(std::string_view name, std::int64_t id, std::string_view data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, name, data);
}

std::optional<std::int64_t> number_of(const std::optional<std::string>& text) {
  std::int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failed != std::errc() || end != text->data() + text->size() || number < 0) return std::nullopt;
  return number;
}

// Receivers change each second by their times: only the rest counts as a change.
std::string without_times(Json receivers) {
  receivers.erase("now");
  for (Json& one : receivers["receivers"]) {
    one.erase("oldest_seconds");
    one["breaker"].erase("seconds");
    one["breaker"].erase("next_try");
    for (Json& wait : one["waits"]) wait.erase("seconds");
  }
  return dump(receivers);
}

}  // namespace

class Listener final : public EndlessBody {
 public:
  Listener(Changes& changes, std::string first) : changes_(changes), pending_(std::move(first)) {
    ++changes_.listeners_;
    feed_number_ = changes_.feed_.last_number();
    last_id_ = changes_.feed_.last_id();
    told_at_ = changes_.clock_.now();
  }
  ~Listener() override { --changes_.listeners_; }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::size_t read(std::span<char> into, SteadyTime now) override {
    if (taken_ == pending_.size()) fill(now);
    const std::size_t size = std::min(into.size(), pending_.size() - taken_);
    std::memcpy(into.data(), pending_.data() + taken_, size);
    taken_ += size;
    if (size > 0) told_at_ = now;
    return size;
  }

  bool has_more(SteadyTime now) override {
    return taken_ < pending_.size() || version_ < changes_.version_ ||
           feed_number_ < changes_.feed_.last_number() || now - told_at_ >= Changes::kAlive;
  }

 private:
  void fill(SteadyTime now) {
    pending_.clear();
    taken_ = 0;
    for (const EventFeed::Item& item : changes_.feed_.items()) {
      if (item.number <= feed_number_) continue;
      last_id_ = std::max(last_id_, item.id);
      pending_ += event("event", last_id_, item.json);
    }
    feed_number_ = changes_.feed_.last_number();
    if (version_ < changes_.version_) {
      pending_ += event("status", last_id_, changes_.status_);
      pending_ += event("cameras", last_id_, changes_.cameras_since(version_));
      if (version_ < changes_.receivers_version_) {
        pending_ += event("receivers", last_id_, changes_.receivers_);
      }
      version_ = changes_.version_;
    }
    if (pending_.empty() && now - told_at_ >= Changes::kAlive) pending_ = ": alive\n\n";
  }

  Changes& changes_;
  std::string pending_;
  std::size_t taken_ = 0;
  std::uint64_t version_ = 0, feed_number_ = 0;
  std::int64_t last_id_ = 0;
  SteadyTime told_at_;
};

Changes::Changes(CurrentState& figures, Events& events, Clock& clock, std::string version,
                 std::function<int()> viewers)
    : figures_(figures),
      events_(events),
      clock_(clock),
      program_version_(std::move(version)),
      viewers_(std::move(viewers)),
      feed_(events) {}

std::unique_ptr<EndlessBody> Changes::open(const std::optional<std::string>& last_event_id) {
  if (listeners_ >= kMostListeners) return nullptr;
  if (listeners_ == 0) feed_.begin();
  publish(clock_.now());
  std::string first = "retry: 2000\n\n";
  const auto seen = number_of(last_event_id);
  if (seen && *seen < feed_.last_id()) {
    auto missed = events_.page({.from_id = *seen + 1, .limit = kMostMissed});
    if (missed) {
      std::ranges::sort(*missed, {}, &ledger::KeptEnd::id);
      for (const ledger::KeptEnd& kept : *missed) {
        if (kept.id <= feed_.last_id()) first += event("event", kept.id, dump(event_json(kept)));
      }
    }
  }
  return std::make_unique<Listener>(*this, std::move(first));
}

void Changes::tick(SteadyTime now) {
  if (!polled_ || now - *polled_ >= kPublishEvery) {
    polled_ = now;
    feed_.poll();
  }
  figures_.now();
  if (published_ && now - *published_ < kPublishEvery && signs() == signs_) return;
  publish(now);
}

std::string Changes::signs() const {
  const Moment& moment = figures_.now();
  std::string text = dump(health_json(moment.health));
  for (const status::CameraStatus& camera : moment.snapshot.cameras) {
    text += '\n' + camera.name + camera.state + camera.reason;
    for (const status::ConditionStatus& condition : camera.conditions) text += condition.name;
  }
  return text;
}

void Changes::publish(SteadyTime now) {
  const Moment& moment = figures_.now();
  published_ = now;
  signs_ = signs();
  ++version_;
  status_ = dump(status_json(moment, figures_, program_version_, viewers_()));
  const Json receivers = receivers_json(moment);
  const bool same = !receivers_.empty() && without_times(receivers) == without_times(Json::parse(receivers_));
  receivers_ = dump(receivers);
  if (!same) receivers_version_ = version_;
  publish_cameras();
}

void Changes::publish_cameras() {
  const Moment& moment = figures_.now();
  std::set<std::string> there;
  order_.clear();
  for (const status::CameraStatus& camera : moment.snapshot.cameras) {
    if (!there.insert(camera.name).second) continue;  // one that was removed, and one that is new
    order_.push_back(camera.name);
    Row& row = rows_[camera.name];
    Json fresh = camera_row(camera, figures_.rates(), moment.at);
    for (const auto& [field, value] : fresh.items()) {
      const auto before = row.json.find(field);
      if (before == row.json.end() || *before != value) row.changed[field] = version_;
    }
    row.json = std::move(fresh);
  }
  std::erase_if(rows_, [&](const auto& row) {
    if (there.contains(row.first)) return false;
    gone_.emplace_back(version_, row.first);
    return true;
  });
  while (gone_.size() > kMostGone) gone_.pop_front();
}

std::string Changes::cameras_since(std::uint64_t version) const {
  Json cameras = Json::array(), removed = Json::array();
  for (const std::string& name : order_) {
    const Row& row = rows_.at(name);
    if (version == 0) {
      cameras.push_back(row.json);
      continue;
    }
    Json changed = {{"name", name}};
    for (const auto& [field, when] : row.changed) {
      if (when > version) changed[field] = row.json.at(field);
    }
    if (changed.size() > 1) cameras.push_back(std::move(changed));
  }
  for (const auto& [when, name] : gone_) {
    if (version > 0 && when > version && !rows_.contains(name)) removed.push_back(name);
  }
  return dump({{"complete", version == 0}, {"cameras", std::move(cameras)}, {"removed", std::move(removed)}});
}

}  // namespace vigia::web
