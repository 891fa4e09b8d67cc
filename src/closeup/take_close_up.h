// TakeCloseUp, a part of the shot encoder: the picture of a best shot from the camera's main stream, where
// faces are found on a smaller one.
//
//   TakeCloseUp close_ups(make_shot, make_detector, {memory, clock});
//   if (close_ups.should_wait(*image, main)) ...                     // that moment may still come
//   close_ups.take(*image, camera);                                  // the image's JPEG, if possible
//   std::optional<Reason> refused = close_ups.judge(*track.best, camera);   // before the shot is made
//
// take() decodes the main stream from the key frame before that moment, and chooses the picture that shows
// what the small one shows (find_moment.h); so it need not be known how far apart the two streams are, and
// this is learned (stream_offset.h). Where it cannot, the image is left as it is, and its own frame will be
// encoded; the reason is counted (main_stream.h) and logged when it changes.
//
// judge() replaces the face of the small picture by the same face in the larger one: its box, and its grade
// by the camera's filters. Its size and place are judged in the larger picture. Its quality refuses it only
// if that of the small one would have, too. If it is not found again, its box in the small picture is
// scaled. Without a larger picture filter_min_size and filter_max_size count in the small one.
//
// Cost: decoding all pictures since the key frame, 6 ms each for 1080p; until the offset is known, up to all
// within about five seconds. That is why only the thread that encodes shots calls it, at a low priority, and
// why it is not done while many orders wait. Threads: owner thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "camera/moment_decoder.h"
#include "closeup/find_moment.h"
#include "closeup/main_stream.h"
#include "detect/detector.h"
#include "domain/shot_image.h"
#include "domain/track.h"
#include "memory/memory_manager.h"
#include "shot/make_shot.h"
#include "shot/shot_options.h"

namespace vigia::closeup {

// The camera that a close-up is taken of.
struct CloseUpCamera {
  MainStream& main;
  const shot::ShotCamera& shot;
  shot::ShotOptions limits;  // the filters that apply now
  domain::Zone rot;
  domain::Orientation own;  // video_transform
};

class TakeCloseUp {
 public:
  using MakeDetector = std::function<Result<std::unique_ptr<detect::Detector>>()>;
  struct World {
    memory::MemoryManager& memory;
    Clock& clock;
    float min_detection_score = 0;  // detections below it are none
  };
  // How old a moment may be at most while it is waited for.
  static constexpr std::chrono::seconds kPatience{5};

  // The detector is made when it is first needed. make_shot must outlive this.
  TakeCloseUp(shot::MakeShot& make_shot, MakeDetector make_detector, const World& world)
      : make_shot_(make_shot),
        make_detector_(std::move(make_detector)),
        world_(world),
        decoder_(world.memory, "vigia") {}

  // The main stream has not come so far yet, and may still.
  [[nodiscard]] bool should_wait(const domain::ShotImage& image, const MainStream& main) const;
  void take(domain::ShotImage& image, const CloseUpCamera& camera);
  // Encodes the image's own frame, and counts why.
  void leave(domain::ShotImage& image, const CloseUpCamera& camera, Fallback why);
  [[nodiscard]] std::optional<domain::Reason> judge(domain::BestShot& best, const CloseUpCamera& camera);
  // Nothing was taken for a while: buffers are given back.
  void rest() { decoder_.release(); }

 private:
  struct Moment {
    domain::Frame frame;
    bool is_distinct = false, is_inside = false;  // FindMoment's
  };
  using Found = std::variant<Moment, Fallback>;
  Found find(const domain::Frame& small, const CloseUpCamera& camera);
  Found search(const domain::Frame& small, const CloseUpCamera& camera);
  Found look(const domain::Frame& small, const CloseUpCamera& camera, StreamOffset::Window window);
  std::shared_ptr<const domain::LargerPicture> faces_in(const domain::Frame& frame,
                                                        const CloseUpCamera& camera);
  detect::Detector* detector();
  void tell(const CloseUpCamera& camera, std::optional<Fallback> why);

  shot::MakeShot& make_shot_;
  const MakeDetector make_detector_;
  const World world_;
  camera::MomentDecoder decoder_;
  std::unique_ptr<detect::Detector> detector_;
  bool detector_failed_ = false;
  std::vector<domain::Detection> found_;
};

}  // namespace vigia::closeup
