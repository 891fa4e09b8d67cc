// Why a closed track did not become a posted face. Every closed track ends as posted, as pending in
// the outbox, or with exactly one of these, counted per camera.
#pragma once

#include <array>
#include <string_view>

namespace vigia::domain {

enum class Reason {
  too_small,       // never as large as filter_min_size
  too_large,       // always larger than filter_max_size
  outside_roi,     // never inside roi
  low_quality,     // never as good as filter_min_quality
  no_movement,     // never moved nor changed as a living face does: a poster, a statue, a false detection
  too_short,       // seen in fewer frames than minimal_track_length, and never for sure
  already_posted,  // the same person was posted before, from an earlier and better moment of the track
  no_face,         // the server found no face in the picture
  refused,         // the server refused it for good
  shed,            // given up because the budget or the disk was full
  expired,         // not delivered in time: older than max_event_age or outbox.max_age
  encode_failed,   // the picture could not be made
};
inline constexpr std::array kAllReasons = {
    Reason::too_small,   Reason::too_large, Reason::outside_roi,    Reason::low_quality,
    Reason::no_movement, Reason::too_short, Reason::already_posted, Reason::no_face,
    Reason::refused,     Reason::shed,      Reason::expired,        Reason::encode_failed};

constexpr std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::too_small:
      return "too_small";
    case Reason::too_large:
      return "too_large";
    case Reason::outside_roi:
      return "outside_roi";
    case Reason::low_quality:
      return "low_quality";
    case Reason::no_movement:
      return "no_movement";
    case Reason::too_short:
      return "too_short";
    case Reason::already_posted:
      return "already_posted";
    case Reason::no_face:
      return "no_face";
    case Reason::refused:
      return "refused";
    case Reason::shed:
      return "shed";
    case Reason::expired:
      return "expired";
    case Reason::encode_failed:
      return "encode_failed";
  }
  return "?";
}

}  // namespace vigia::domain
