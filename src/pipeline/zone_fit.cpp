#include "pipeline/zone_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace vigia::pipeline {
namespace {

using domain::Size;
using domain::Zone;

constexpr std::array<Size, 9> kUsualSizes{{{640, 360},
                                           {640, 480},
                                           {704, 576},
                                           {1280, 720},
                                           {1280, 960},
                                           {1920, 1080},
                                           {2560, 1440},
                                           {3840, 2160},
                                           {7680, 4320}}};

Size meant_for(const Zone& zone, Size known) {
  if (known != Size{} && zone.fits(known)) return known;
  const auto fits = [&zone](Size size) { return zone.fits(size); };
  const auto* const found = std::ranges::find_if(kUsualSizes, fits);
  return found == kUsualSizes.end() ? Size{} : *found;
}

std::string misfit(std::string_view key, const Zone& zone, Size picture, Size meant) {
  const bool searched = key == "rot";
  std::string text = fmt::format(
      "{} {} {} the picture, which is {}x{}: {}", key, to_text(zone),
      zone.misses(picture) ? "lies outside of" : "reaches out of", picture.width, picture.height,
      zone.misses(picture)
          ? (searched ? "no face is found" : "no face is posted")
          : (searched ? "only what lies inside is searched" : "only faces inside both are posted"));
  const Size size = meant_for(zone, meant);
  if (size == Size{}) return text + "; write it for this size, or \"\" for the whole picture";
  return text + fmt::format("; if it was meant for {}x{}, write {}: {}, which fits every size", size.width,
                            size.height, key, to_text(zone.in_percent(size)));
}

}  // namespace

std::vector<std::string> misfits(const Zone& rot, const Zone& roi, Size picture, Size meant) {
  std::vector<std::string> lines;
  if (!rot.fits(picture)) lines.push_back(misfit("rot", rot, picture, meant));
  if (!roi.fits(picture)) lines.push_back(misfit("roi", roi, picture, meant));
  return lines;
}

}  // namespace vigia::pipeline
