#include "web/picture_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kAlive = 5s;
constexpr Nanoseconds kMostWait = 3s;

void append_number(std::string& to, std::size_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) to += static_cast<char>((number >> shift) & 0xFFU);
}

class PictureStream final : public EndlessBody {
 public:
  PictureStream(LivePictures& pictures, std::vector<std::string> cameras,
                std::unique_ptr<LivePictures::Ticket> ticket, SteadyTime now)
      : pictures_(pictures),
        cameras_(std::move(cameras)),
        ticket_(std::move(ticket)),
        sent_(cameras_.size()),
        sent_at_(now) {}

  std::size_t read(std::span<char> into, SteadyTime now) override {
    if (left() == 0 && !begin_next(now)) return 0;
    sent_at_ = now;
    std::size_t size = take(head_.data(), head_.size(), into);
    if (picture_) {
      const auto& bytes = picture_->jpeg->bytes;
      const auto* const data = reinterpret_cast<const char*>(bytes.data());  // NOLINT: bytes
      size += take(data, head_.size(), bytes.size(), into.subspan(size));
    }
    return size;
  }

  bool has_more(SteadyTime now) override {
    return left() > 0 || find_next().has_value() || now - sent_at_ >= kAlive;
  }

 private:
  [[nodiscard]] std::size_t left() const {
    return head_.size() + (picture_ ? picture_->jpeg->bytes.size() : 0) - taken_;
  }
  std::size_t take(const char* data, std::size_t size, std::span<char> into) {
    return take(data, 0, size, into);
  }
  // begin: where these bytes begin in the record.
  std::size_t take(const char* data, std::size_t begin, std::size_t size, std::span<char> into) {
    if (taken_ < begin || taken_ >= begin + size) return 0;
    const std::size_t part = std::min(into.size(), begin + size - taken_);
    std::memcpy(into.data(), data + (taken_ - begin), part);
    taken_ += part;
    return part;
  }

  // The first camera after the last one served that has a newer picture.
  std::optional<std::size_t> find_next() const {
    for (std::size_t i = 1; i <= cameras_.size(); ++i) {
      const std::size_t at = (last_ + i) % cameras_.size();
      const auto picture = pictures_.newest(cameras_[at]);
      if (picture && picture != sent_[at].lock()) return at;
    }
    return std::nullopt;
  }

  bool begin_next(SteadyTime now) {
    head_.clear();
    picture_.reset();
    taken_ = 0;
    const auto next = find_next();
    if (!next) {
      if (now - sent_at_ >= kAlive) head_.assign(8, '\0');
      return !head_.empty();
    }
    last_ = *next;
    picture_ = pictures_.newest(cameras_[last_]);
    sent_[last_] = picture_;
    const std::string header = fmt::format("{{\"camera\":{},{}}}", last_, picture_->fields);
    append_number(head_, header.size());
    append_number(head_, picture_->jpeg->bytes.size());
    head_ += header;
    return true;
  }

  LivePictures& pictures_;
  const std::vector<std::string> cameras_;
  const std::unique_ptr<LivePictures::Ticket> ticket_;
  std::vector<std::weak_ptr<const Picture>> sent_;  // by camera, the last one
  std::size_t last_ = 0;                            // the camera served last
  std::string head_;                                // of the record at hand: numbers and header
  std::shared_ptr<const Picture> picture_;
  std::size_t taken_ = 0;  // bytes of the record
  SteadyTime sent_at_;
};

class NextPicture final : public Later {
 public:
  NextPicture(LivePictures& pictures, std::string camera, std::unique_ptr<LivePictures::Ticket> ticket,
              SteadyTime until, std::function<std::string()> why_not)
      : pictures_(pictures),
        camera_(std::move(camera)),
        ticket_(std::move(ticket)),
        until_(until),
        why_not_(std::move(why_not)) {
    pictures_.ask_large(camera_);
  }

  std::optional<HttpAnswer> poll(SteadyTime now) override {
    const auto picture = pictures_.large(camera_);
    if (!picture) {
      if (now < until_) return std::nullopt;
      return error_answer(503, fmt::format("no picture within 3 s: {}", why_not_()));
    }
    const auto& bytes = picture->jpeg->bytes;
    HttpAnswer answer{.type = "image/jpeg"};
    answer.body = std::make_shared<const std::string>(reinterpret_cast<const char*>(bytes.data()),  // NOLINT
                                                      bytes.size());
    answer.headers = {{"X-Vigia-Captured", format_utc(picture->captured)},
                      {"X-Vigia-Sequence", std::to_string(picture->sequence)},
                      {"X-Vigia-Frame", fmt::format("{}x{}", picture->frame.width, picture->frame.height)}};
    return answer;
  }

 private:
  LivePictures& pictures_;
  const std::string camera_;
  const std::unique_ptr<LivePictures::Ticket> ticket_;
  const SteadyTime until_;
  const std::function<std::string()> why_not_;
};

}  // namespace

std::unique_ptr<EndlessBody> picture_stream(LivePictures& pictures, std::vector<std::string> cameras,
                                            std::unique_ptr<LivePictures::Ticket> ticket, SteadyTime now) {
  return std::make_unique<PictureStream>(pictures, std::move(cameras), std::move(ticket), now);
}

std::unique_ptr<Later> next_picture(LivePictures& pictures, const std::string& camera,
                                    std::unique_ptr<LivePictures::Ticket> ticket, SteadyTime now,
                                    std::function<std::string()> why_not) {
  return std::make_unique<NextPicture>(pictures, camera, std::move(ticket), now + kMostWait,
                                       std::move(why_not));
}

}  // namespace vigia::web
