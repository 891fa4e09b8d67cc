#include "shot/smaller_shot.h"

#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

namespace vigia::shot {
namespace {

using domain::Shot;
using domain::Size;

constexpr int kQuality = 80;
constexpr tjscalingfactor kHalf{1, 2};

struct Destroy {
  void operator()(void* handle) const noexcept { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

struct Picture {
  Size size;
  std::vector<unsigned char> rgb;
};

std::optional<Picture> decode_half(const domain::Jpeg& jpeg) {
  const Handle decoder(tjInitDecompress());
  if (!decoder) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(jpeg.bytes.data());
  Size full;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(decoder.get(), bytes, jpeg.bytes.size(), &full.width, &full.height, &subsampling,
                          &colours) != 0 ||
      full.width < 2 || full.height < 2) {
    return std::nullopt;
  }
  Picture picture;
  picture.size = {TJSCALED(full.width, kHalf), TJSCALED(full.height, kHalf)};
  picture.rgb.resize(static_cast<std::size_t>(picture.size.width) *
                     static_cast<std::size_t>(picture.size.height) * 3);
  const int failed = tjDecompress2(decoder.get(), bytes, jpeg.bytes.size(), picture.rgb.data(),
                                   picture.size.width, 0, picture.size.height, TJPF_RGB, TJFLAG_ACCURATEDCT);
  // A picture that is cut short is decoded as far as it goes, with a warning.
  if (failed != 0 && tjGetErrorCode(decoder.get()) != TJERR_WARNING) return std::nullopt;
  return picture;
}

std::optional<std::vector<std::byte>> encode(const Picture& picture) {
  const Handle encoder(tjInitCompress());
  if (!encoder) return std::nullopt;
  std::vector<unsigned char> output(tjBufSize(picture.size.width, picture.size.height, TJSAMP_420));
  unsigned char* data = output.data();
  unsigned long size = output.size();
  if (tjCompress2(encoder.get(), picture.rgb.data(), picture.size.width, 0, picture.size.height, TJPF_RGB,
                  &data, &size, TJSAMP_420, kQuality, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT) != 0) {
    return std::nullopt;
  }
  const auto* const begin = reinterpret_cast<const std::byte*>(output.data());
  return std::vector<std::byte>(begin, begin + size);
}

domain::Region scaled(const domain::Region& roi, double x, double y, Size picture) {
  if (roi.whole()) return roi;
  const auto edge = [](double at, int most) { return std::clamp(static_cast<int>(at), 0, most); };
  const int left = edge(std::floor(roi.left * x), picture.width - 1);
  const int top = edge(std::floor(roi.top * y), picture.height - 1);
  const int right = edge(std::ceil((roi.left + roi.width) * x), picture.width);
  const int bottom = edge(std::ceil((roi.top + roi.height) * y), picture.height);
  return {left, top, std::max(1, right - left), std::max(1, bottom - top)};
}

}  // namespace

std::optional<Shot> smaller_shot(const Shot& shot, const std::shared_ptr<memory::Account>& account) {
  if (!shot.jpeg || shot.jpeg->size.width <= 0 || shot.jpeg->size.height <= 0) return std::nullopt;
  try {
    const std::optional<Picture> picture = decode_half(*shot.jpeg);
    if (!picture) return std::nullopt;
    std::optional<std::vector<std::byte>> bytes = encode(*picture);
    if (!bytes) return std::nullopt;
    const double x = static_cast<double>(picture->size.width) / shot.jpeg->size.width;
    const double y = static_cast<double>(picture->size.height) / shot.jpeg->size.height;
    Shot smaller = shot;
    smaller.face = {.left = static_cast<float>(shot.face.left * x),
                    .top = static_cast<float>(shot.face.top * y),
                    .width = static_cast<float>(shot.face.width * x),
                    .height = static_cast<float>(shot.face.height * y)};
    smaller.roi = scaled(shot.roi, x, y, picture->size);
    memory::Charge charge(account, static_cast<Bytes>(bytes->size()));
    smaller.jpeg = std::make_shared<const domain::Jpeg>(
        domain::Jpeg{*std::move(bytes), picture->size, std::move(charge)});
    return smaller;
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

std::function<std::optional<Shot>(const Shot&)> smaller_shots(memory::Budget& budget) {
  return [account = budget.open("vigia", memory::Kind::jpeg)](const Shot& shot) {
    return smaller_shot(shot, account);
  };
}

}  // namespace vigia::shot
