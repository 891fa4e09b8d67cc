#include "camera/hibernation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace vigia::camera {
namespace {

constexpr std::chrono::seconds kPeakOf{1};
constexpr double kToDeviation = 1.4826;  // of a normal distribution
constexpr std::size_t kAllKeys = 50;     // in a row: there is nothing between them
constexpr std::size_t kMostPending = 64;
constexpr double kUsualPixels = 1280 * 720;

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// 0 to 7, to 15, 31, 63, 127 packets after the key frame, and the rest.
std::size_t place_of(std::size_t packets, std::size_t places) {
  std::size_t place = 0;
  for (std::size_t end = Hibernation::kWindow; packets >= end && place + 1 < places; end *= 2) ++place;
  return place;
}

}  // namespace

std::string_view to_string(IdleMode mode) {
  constexpr std::array<std::string_view, 9> kNames{"none",   "learning", "awake",     "restless",  "asleep",
                                                   "filled", "noisy",    "only_keys", "no_picture"};
  return kNames.at(static_cast<std::size_t>(mode));
}

std::string_view words_of(IdleMode mode) {
  switch (mode) {
    case IdleMode::none:
      return "all is decoded";
    case IdleMode::learning:
      return "all is decoded; learns how large its packets are with nobody in view";
    case IdleMode::awake:
      return "all is decoded: somebody is in view, or was a moment ago";
    case IdleMode::restless:
      return "all is decoded: nobody is in view, but something moves";
    case IdleMode::asleep:
      return "only key frames are decoded: nobody is in view";
    case IdleMode::filled:
      return "all is decoded: its packets are as large when nothing moves, so they would not tell if "
             "somebody "
             "came; set the camera to a variable bit rate";
    case IdleMode::noisy:
      return "all is decoded: the sizes of its packets vary by more than a person would add";
    case IdleMode::only_keys:
      return "all is decoded: it sends key frames only";
    case IdleMode::no_picture:
      return "all is decoded: its key frames alone give no picture";
  }
  return "";
}

void UsualSize::add(double size) {
  if (sizes_.size() < kMost) {
    sizes_.push_back(size);
  } else {
    sizes_[next_] = size;
    next_ = (next_ + 1) % kMost;
  }
  std::vector<double> values = sizes_;
  median_ = median_of(values);
  for (double& value : values) value = std::abs(value - median_);
  deviation_ = kToDeviation * median_of(values);
}

void Hibernation::begin() {
  if (is_asleep()) mode_ = IdleMode::awake;
  keys_in_a_row_ = filled_ = at_ = 0;
  place_.reset();
  peak_.reset();
  pending_.clear();
  no_picture_at_.reset();
  woke_at_.reset();
}

Hibernation::Verdict Hibernation::packet(const Packet& packet, const SinkView& view, domain::Size frame,
                                         bool may_sleep) {
  const bool nobody = view.nobody_for >= Nanoseconds(0);
  if (!woke_at_) woke_at_ = packet.at;
  measure(packet);
  if (rises() || packet.is_damaged) restless_at_ = packet.at;
  if (is_asleep()) {
    const bool stays = nobody && may_sleep && restless_at_ != packet.at;
    if (!stays) {
      wake(packet.at, nobody ? IdleMode::restless : IdleMode::awake);
      return Verdict::wake;
    }
    learn(packet.at, true);
    return packet.is_key ? Verdict::look : Verdict::keep;
  }
  learn(packet.at, nobody && view.nobody_for >= kSettles);
  mode_ = sign(packet.at, view, frame);
  if (mode_ != IdleMode::awake) return Verdict::decode;
  if (!nobody || view.nobody_for < kQuiet || packet.at - *woke_at_ < kQuiet) return Verdict::decode;
  if (packet.at - restless_at_ < kQuiet) mode_ = IdleMode::restless;
  if (mode_ == IdleMode::restless || !packet.is_key || !may_sleep) return Verdict::decode;
  mode_ = IdleMode::asleep;
  return Verdict::fall_asleep;
}

void Hibernation::wake(SteadyTime now, IdleMode why) {
  mode_ = why;
  if (why == IdleMode::no_picture) no_picture_at_ = now;
  woke_at_ = now;
  pending_.clear();  // somebody may have been there
  peak_.reset();
}

void Hibernation::measure(const Packet& packet) {
  if (packet.is_key) {
    keys_.add(static_cast<double>(packet.size));
    ++keys_in_a_row_;
    place_ = 0;
    return;
  }
  keys_in_a_row_ = 0;
  if (!place_) return;
  ++*place_;
  window_.at(at_) = packet.size;
  at_ = (at_ + 1) % kWindow;
  filled_ = std::min(filled_ + 1, kWindow);
  mean_ = std::accumulate(window_.begin(), window_.end(), 0.0) / static_cast<double>(kWindow);
  if (filled_ == kWindow) note_peak(packet.at, mean_);
}

void Hibernation::note_peak(SteadyTime now, double mean) {
  const std::size_t place = place_of(*place_, kPlaces);
  if (peak_ && peak_->place == place && now - peak_->at < kPeakOf) {
    peak_->size = std::max(peak_->size, mean);
    return;
  }
  if (peak_) pending_.push_back(*peak_);
  if (pending_.size() > kMostPending) pending_.pop_front();
  peak_ = Peak{now, place, mean};
}

// What lies kSettles back is learned once it is known that nobody was there.
void Hibernation::learn(SteadyTime now, bool nobody) {
  if (!nobody) {
    pending_.clear();
    return;
  }
  while (!pending_.empty() && now - pending_.front().at >= kSettles) {
    usual_.at(pending_.front().place).add(pending_.front().size);
    ++learned_;
    pending_.pop_front();
  }
}

// At this place of the group, or at the last one before it that is known.
const UsualSize* Hibernation::usual() const {
  for (std::size_t place = place_of(place_.value_or(0), kPlaces) + 1; place > 0; --place) {
    if (usual_.at(place - 1).is_known()) return &usual_.at(place - 1);
  }
  return nullptr;
}

double Hibernation::rise(const UsualSize& usual) const {
  return std::max({kDeviations * usual.deviation(), kShare * usual.median(), kLeastRise * key_size()});
}

double Hibernation::key_size() const {
  return keys_.median();
}

bool Hibernation::rises() const {
  if (filled_ < kWindow) return false;
  const UsualSize* const here = usual();
  return here != nullptr && mean_ > here->median() + rise(*here);
}

// awake: there is one.
IdleMode Hibernation::sign(SteadyTime now, const SinkView& view, domain::Size frame) const {
  if (no_picture_at_ && now - *no_picture_at_ < kTryAgain) return IdleMode::no_picture;
  if (keys_in_a_row_ >= kAllKeys) return IdleMode::only_keys;
  const auto is_half_known = [](const UsualSize& usual) { return usual.is_begun() && !usual.is_known(); };
  if (learned_ < kLeastLearned || !keys_.is_known() || !usual_.front().is_known() ||
      std::ranges::any_of(usual_, is_half_known)) {
    return view.nobody_for >= Nanoseconds(0) ? IdleMode::learning : IdleMode::awake;
  }
  const double pixels =
      frame == domain::Size{} ? kUsualPixels : static_cast<double>(frame.width) * frame.height;
  const double face = std::max(view.least_face, 1);
  const double added = key_size() * std::min(1.0, face * face / pixels);
  for (const UsualSize& usual : usual_) {
    if (!usual.is_known()) continue;
    if (usual.median() > kFilled * key_size()) return IdleMode::filled;
    if (rise(usual) > kCertain * added) return IdleMode::noisy;
  }
  return IdleMode::awake;
}

}  // namespace vigia::camera
