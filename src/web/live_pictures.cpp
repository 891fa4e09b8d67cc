#include "web/live_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"
#include "shot/jpeg_encoder.h"
#include "status/status_json.h"
#include "web/answers.h"
#include "web/small_picture.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kPoll = 20ms;     // for frames that were asked for
constexpr Nanoseconds kEach = 25ms;     // a picture, over all cameras
constexpr Nanoseconds kFindAgain = 1s;  // a camera may have been replaced
constexpr int kQuality = 70, kLargeQuality = 85;
constexpr int kNice = 10;

Json box_json(const pipeline::LiveFace& face) {
  using status::rounded;
  return {{"left", rounded(face.box.left)},
          {"top", rounded(face.box.top)},
          {"width", rounded(face.box.width)},
          {"height", rounded(face.box.height)},
          {"track", face.track},
          {"score", rounded(face.score)},
          {"quality", rounded(face.quality)},
          {"reason", face.rejected ? Json(to_string(*face.rejected)) : Json()},
          {"weak", face.weak}};
}

std::string fields_of(const std::string& camera, const pipeline::LivePicture& shown) {
  Json boxes = Json::array();
  for (const pipeline::LiveFace& face : shown.faces) boxes.push_back(box_json(face));
  const Json json = {{"name", camera},
                     {"sequence", shown.frame.sequence},
                     {"captured", format_utc(shown.frame.captured)},
                     {"width", shown.frame.size.width},
                     {"height", shown.frame.size.height},
                     {"boxes", std::move(boxes)}};
  const std::string text = dump(json);
  return text.substr(1, text.size() - 2);
}

}  // namespace

// The thread's own tools.
class LivePictures::Maker {
 public:
  explicit Maker(memory::MemoryManager& memory)
      : encoder_(memory), account_(memory.budget().open("vigia", memory::Kind::jpeg)) {}

  struct Size {
    int side, quality;
  };
  // Null: it could not be made; the log says so once.
  std::shared_ptr<const Picture> make(const std::string& camera, const pipeline::LivePicture& shown,
                                      Size size) {
    const domain::Frame small = scaler_.scale(shown.frame, size.side);
    if (scaler_.bytes() != scratch_.bytes()) {
      scratch_.reset();
      scratch_ = memory::Charge(account_, scaler_.bytes());
    }
    auto jpeg = encoder_.encode(small, size.quality, account_);
    if (!jpeg) {
      if (!std::exchange(has_failed_, true)) log::warn("web: a live picture: {}", jpeg.error().text);
      return nullptr;
    }
    return std::make_shared<const Picture>(Picture{.sequence = shown.frame.sequence,
                                                   .captured = shown.frame.captured,
                                                   .frame = shown.frame.size,
                                                   .fields = fields_of(camera, shown),
                                                   .jpeg = *std::move(jpeg)});
  }

 private:
  shot::JpegEncoder encoder_;
  std::shared_ptr<memory::Account> account_;
  memory::Charge scratch_;
  SmallPicture scaler_;
  bool has_failed_ = false;
};

LivePictures::LivePictures(const World& world) : world_(world) {}
LivePictures::~LivePictures() = default;

Result<std::unique_ptr<LivePictures::Ticket>> LivePictures::watch(std::vector<std::string> cameras) {
  std::sort(cameras.begin(), cameras.end());
  cameras.erase(std::unique(cameras.begin(), cameras.end()), cameras.end());
  std::map<std::string, std::shared_ptr<pipeline::LiveView>> views;  // found outside the lock
  for (const std::string& camera : cameras) {
    auto view = world_.live_view(camera);
    if (!view) return Error{ErrorCode::not_found, fmt::format("there is no camera '{}'", camera)};
    views.emplace(camera, std::move(view));
  }
  {
    MutexLock lock(mutex_);
    const auto fresh = std::ranges::count_if(
        cameras, [this](const auto& camera) REQUIRES(mutex_) { return !tiles_.contains(camera); });
    if (tiles_.size() + static_cast<std::size_t>(fresh) > kMostWatched) {
      return Error{ErrorCode::unavailable, fmt::format("at most {} cameras can be watched", kMostWatched)};
    }
    for (const std::string& camera : cameras) {
      Tile& tile = tiles_[camera];
      tile.view.swap(views.at(camera));
      tile.found = world_.clock.now();
      ++tile.viewers;
    }
    ++viewers_;
  }
  wake_.notify_all();
  return std::make_unique<Ticket>(*this, std::move(cameras));
}

void LivePictures::leave(const std::vector<std::string>& cameras) {
  const SteadyTime now = world_.clock.now();
  MutexLock lock(mutex_);
  --viewers_;
  for (const std::string& camera : cameras) {
    Tile& tile = tiles_.at(camera);
    --tile.viewers;
    tile.left = now;
  }
}

std::shared_ptr<const Picture> LivePictures::newest(const std::string& camera) const {
  MutexLock lock(mutex_);
  const auto found = tiles_.find(camera);
  return found == tiles_.end() ? nullptr : found->second.newest;
}

void LivePictures::ask_large(const std::string& camera) {
  std::shared_ptr<const Picture> last;  // let go of outside the lock
  MutexLock lock(mutex_);
  const auto found = tiles_.find(camera);
  if (found == tiles_.end()) return;
  found->second.is_large_asked = true;
  found->second.next = SteadyTime();
  last.swap(found->second.large);
}

std::shared_ptr<const Picture> LivePictures::large(const std::string& camera) const {
  MutexLock lock(mutex_);
  const auto found = tiles_.find(camera);
  return found == tiles_.end() ? nullptr : found->second.large;
}

int LivePictures::viewers() const {
  MutexLock lock(mutex_);
  return viewers_;
}

std::size_t LivePictures::watched() const {
  MutexLock lock(mutex_);
  return tiles_.size();
}

std::vector<LivePictures::Job> LivePictures::jobs(SteadyTime now) {
  std::vector<Job> jobs;
  std::vector<Tile> cold;  // destroyed outside the lock
  {
    MutexLock lock(mutex_);
    for (auto at = tiles_.begin(); at != tiles_.end();) {
      if (at->second.viewers == 0 && now - at->second.left >= kStaysWarm) {
        cold.push_back(std::move(at->second));
        at = tiles_.erase(at);
      } else {
        ++at;
      }
    }
    const Nanoseconds every = std::max<Nanoseconds>(kEvery, kEach * tiles_.size());
    for (auto& [camera, tile] : tiles_) {
      const bool is_due = tile.viewers > 0 && now >= tile.next;
      if (is_due) tile.next = now + every;
      jobs.push_back({camera, tile.view, is_due, tile.is_large_asked});
    }
  }
  for (const Tile& tile : cold) tile.view->forget();
  return jobs;
}

void LivePictures::work(Maker& maker, Job& job) {
  if (auto shown = job.view->take()) {
    const auto small = maker.make(job.camera, *shown, {kSide, kQuality});
    auto large = job.is_large_asked ? maker.make(job.camera, *shown, {kLargeSide, kLargeQuality}) : nullptr;
    shown.reset();
    keep(job, small, std::move(large));
  }
  if (job.is_due) job.view->ask();
}

void LivePictures::keep(const Job& job, std::shared_ptr<const Picture> small,
                        std::shared_ptr<const Picture> large) {
  MutexLock lock(mutex_);
  const auto found = tiles_.find(job.camera);
  if (found == tiles_.end()) return;
  Tile& tile = found->second;
  if (small) tile.newest.swap(small);  // the one before ends with the argument
  if (!large) return;
  tile.large.swap(large);
  tile.is_large_asked = false;
}

void LivePictures::run(const std::stop_token& stop) {
  lower_priority(kNice);
  Maker maker(world_.memory);
  SteadyTime find_again = world_.clock.now();
  while (!stop.stop_requested()) {
    const SteadyTime now = world_.clock.now();
    std::vector<Job> jobs = this->jobs(now);
    for (Job& job : jobs) work(maker, job);
    if (!jobs.empty() && now >= find_again) {
      find_again = now + kFindAgain;
      for (const Job& job : jobs) {
        auto view = world_.live_view(job.camera);
        if (!view || view == job.view) continue;
        MutexLock lock(mutex_);
        if (const auto tile = tiles_.find(job.camera); tile != tiles_.end()) tile->second.view.swap(view);
      }
    }
    if (!jobs.empty()) {
      if (!world_.clock.sleep_for(kPoll, stop)) break;
      continue;
    }
    MutexLock lock(mutex_);
    while (tiles_.empty() && wake_.wait(lock, stop)) {
    }
  }
  MutexLock lock(mutex_);
  for (auto& [camera, tile] : tiles_) tile.view->forget();
}

}  // namespace vigia::web
