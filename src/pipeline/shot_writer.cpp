#include "pipeline/shot_writer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace vigia::pipeline {

using namespace std::chrono_literals;

void ShotWriter::run() {
  while (!encoded_.finished()) {
    if (auto encoded = encoded_.pop_for(1s)) {
      take(std::move(*encoded));
    } else {
      outbox_.tend();
    }
    const bool is_enough = unsaved_.size() >= kMostTogether || journal_.size() >= kMostJournalled;
    if (encoded_.depth() == 0 || is_enough) save();
  }
  save();
  save_journal();  // of tracks whose end could not be recorded: the next start sends them
}

void ShotWriter::take(EncodedShot encoded) {
  if (encoded.ended) note_end(*std::move(encoded.ended));
  if (!encoded.shot) return;
  if (encoded.is_best_so_far) {
    note_so_far(*std::move(encoded.shot));
  } else {
    unsaved_.push_back(*std::move(encoded.shot));
  }
}

void ShotWriter::note_end(outbox::EndedTrack ended) {
  std::erase_if(journal_, [&](const domain::Shot& shot) {
    const bool is_part = shot.track == ended.key.track || std::ranges::count(ended.joined, shot.track) > 0;
    auto whole = outbox::key_of(shot);
    whole.track = ended.key.track;
    return is_part && whole == ended.key;
  });
  ended_.push_back(std::move(ended));
}

void ShotWriter::note_so_far(domain::Shot shot) {
  const outbox::TrackKey key = outbox::key_of(shot);
  std::erase_if(journal_, [&](const domain::Shot& older) { return outbox::key_of(older) == key; });
  if (journal_.empty()) journal_since_ = std::chrono::steady_clock::now();
  journal_.push_back(std::move(shot));
}

void ShotWriter::save() {
  const bool has_shots = !unsaved_.empty();
  // An error means that the shots are in memory for now: the outbox has logged it, and keeps trying.
  if (has_shots || !ended_.empty()) {
    if (outbox_.add(unsaved_, ended_)) {
      for (const domain::Shot& shot : unsaved_) {
        log::debug("{}: face stored: track {} of {}, roi {},{} {}x{}", log::CameraName{shot.camera},
                   shot.track, format_utc(shot.captured), shot.roi.left, shot.roi.top, shot.roi.width,
                   shot.roi.height);
      }
    }
    unsaved_.clear();
    ended_.clear();
  }
  const bool waits_long = std::chrono::steady_clock::now() - journal_since_ >= kJournalWaits;
  if (has_shots || waits_long || journal_.size() >= kMostJournalled) save_journal();
}

void ShotWriter::save_journal() {
  if (journal_.empty()) return;
  for (const domain::Shot& shot : outbox_.journal(journal_)) {
    log::debug("{}: face kept so far: track {} of {}, roi {},{} {}x{}", log::CameraName{shot.camera},
               shot.track, format_utc(shot.captured), shot.roi.left, shot.roi.top, shot.roi.width,
               shot.roi.height);
  }
  journal_.clear();
}

}  // namespace vigia::pipeline
