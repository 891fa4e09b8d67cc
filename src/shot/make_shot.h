// Makes the shot of a closed track, or gives the one reason why there is none.
//
//   MakeShot make_shot(memory, encode_took);
//   std::variant<domain::Shot, domain::Reason> outcome = make_shot.make(*finished.track, camera);
//   memory.retire(std::move(finished.track));
//
// The reason is the first of: the track's reason to be withheld (domain::Track::withheld); encode_failed;
// without a best shot already_posted, else that of its best rejected sighting. An interim shot of real-time
// mode (track::Finished::over false) is made in the same way.
//
// Cost: that of one JPEG, unless another track of the same frame, or encode_early(), has made it.
// Threads: owner thread only; the images may be shared with other threads.
#pragma once

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include "base/histogram.h"
#include "domain/camera_spec.h"
#include "domain/face_reason.h"
#include "domain/shot.h"
#include "domain/track.h"
#include "memory/memory_manager.h"
#include "shot/jpeg_encoder.h"
#include "shot/shot_options.h"

namespace vigia::shot {

// The camera that a track belongs to.
struct ShotCamera {
  domain::CameraSpec spec;
  ShotOptions options;
  std::shared_ptr<memory::Account> account;  // Kind::jpeg: holds the encoded bytes
};

// Where the receiver should look: the face and 10 % of its size on each side, rounded outwards, inside
// the picture, at least one pixel. factor: JPEG pixels per frame pixel.
[[nodiscard]] domain::Region region_to_search(const domain::Box& face, domain::Size jpeg);

class MakeShot {
 public:
  using Outcome = std::variant<domain::Shot, domain::Reason>;

  // encode_took: each JPEG's making is recorded there.
  MakeShot(memory::MemoryManager& memory, Histogram& encode_took)
      : encoder_(memory), encode_took_(encode_took) {}

  // Releases track.best, and so its frame: a frame's buffer must not wait for the collector.
  [[nodiscard]] Outcome make(domain::Track& track, const ShotCamera& camera);

  // A JPEG of the track's thumbnail, for the ledger; empty if there is none, or it cannot be encoded.
  [[nodiscard]] std::vector<std::byte> thumbnail(const domain::Track& track);

  // Frees the frame of an image that an open track holds (ManageTracks::to_encode). A picture that
  // cannot be encoded keeps its frame; make() will say so.
  void encode_early(domain::ShotImage& image, const ShotCamera& camera);

  // The image's JPEG is made of that frame instead of its own: larger says what it shows. False: it cannot be
  // encoded, and the image is as before.
  bool encode_instead(domain::ShotImage& image, const domain::Frame& frame, const ShotCamera& camera,
                      std::shared_ptr<const domain::LargerPicture> larger);

 private:
  // Both: null if it could not be encoded, and the log says why.
  std::shared_ptr<const domain::Jpeg> encode(const domain::Frame& frame, const ShotCamera& camera);
  std::shared_ptr<const domain::Jpeg> jpeg_of(domain::ShotImage& image, const ShotCamera& camera);

  JpegEncoder encoder_;
  Histogram& encode_took_;
};

}  // namespace vigia::shot
