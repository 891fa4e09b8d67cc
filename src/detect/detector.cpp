#include "detect/detector.h"

namespace vigia::detect {

Status detect_fully(Detector& detector, const domain::Frame& frame, const SearchArea& view,
                    std::vector<domain::Detection>& found) {
  if (Status done = detector.detect(frame, view, found); !done) return done;
  const auto supply = detector.supply();
  if (!supply) return ok_status();
  const auto made = supply->make_wanted();
  if (!made) return made.error();
  return *made ? detector.detect(frame, view, found) : ok_status();
}

}  // namespace vigia::detect
