#include "pipeline/shot_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/log.h"

namespace vigia::pipeline {

using namespace std::chrono_literals;

namespace {

outbox::TrackKey key_of_track(const CameraContext& camera, std::uint64_t track) {
  return {camera.name(), camera.settings.spec.id, track};
}

}  // namespace

void ShotWriter::run() {
  while (!orders_.finished()) {
    if (auto order = orders_.pop_for(1s)) {
      carry_out(std::move(*order));
    } else {
      outbox_.tend();
    }
    const bool is_enough = unsaved_.size() >= kMostTogether || journal_.size() >= kMostJournalled;
    if (orders_.depth() == 0 || is_enough) save();
  }
  save();
  save_journal();  // of whose end nobody could be told: the next start sends it
}

void ShotWriter::carry_out(ShotOrder order) {
  if (auto* const early = std::get_if<EncodeEarly>(&order.what)) {
    make_shot_.encode_early(*early->image, order.camera->shot_camera);
  } else if (auto* const so_far = std::get_if<KeepSoFar>(&order.what)) {
    keep_so_far(order.camera, std::move(so_far->track));
  } else {
    make(order.camera, std::get<track::Finished>(std::move(order.what)));
  }
}

void ShotWriter::make(const std::shared_ptr<CameraContext>& camera, track::Finished finished) {
  if (finished.over) note_end(*camera, *finished.track);
  auto end = ends_.describe(*finished.track, *camera);
  auto outcome = make_shot_.make(*finished.track, camera->shot_camera);
  const bool is_shot = std::holds_alternative<domain::Shot>(outcome);
  if (is_shot || finished.over) ends_.tell(std::move(end), outcome, *camera);
  if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
    ++camera->counters.shots_waiting;  // until its end is told: the outbox tells each
    unsaved_.push_back(std::move(*shot));
    tracks_.push_back(std::move(finished.track));
    return;
  }
  if (finished.over) {
    const auto reason = std::get<domain::Reason>(outcome);
    camera->counters.not_posted(reason);
    log::debug("{}: track {} not posted: {}", camera->name(), finished.track->id, to_string(reason));
  }
  memory_.retire(std::move(finished.track));
}

void ShotWriter::note_end(const CameraContext& camera, const domain::Track& track) {
  ended_.push_back({.key = key_of_track(camera, track.id), .joined = track.joined});
  std::erase_if(journal_, [&](const domain::Shot& shot) {
    const bool is_part = shot.track == track.id || std::ranges::count(track.joined, shot.track) > 0;
    return is_part && outbox::key_of(shot) == key_of_track(camera, shot.track);
  });
}

void ShotWriter::keep_so_far(const std::shared_ptr<CameraContext>& camera,
                             std::unique_ptr<domain::Track> track) {
  const outbox::TrackKey key = key_of_track(*camera, track->id);
  if (!track->best) {
    note_end(*camera, *track);
  } else if (outbox_.is_wanted_in_journal(key, track->best->captured)) {
    auto outcome = make_shot_.make(*track, camera->shot_camera);
    if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
      std::erase_if(journal_, [&](const domain::Shot& older) { return outbox::key_of(older) == key; });
      if (journal_.empty()) journal_since_ = std::chrono::steady_clock::now();
      journal_.push_back(std::move(*shot));
    }
  }
  memory_.retire(std::move(track));
}

void ShotWriter::save() {
  const bool has_shots = !unsaved_.empty();
  // An error means that they are in memory for now: the outbox has said it, and goes on trying.
  if (has_shots || !ended_.empty()) {
    if (outbox_.add(unsaved_, ended_)) {
      for (const domain::Shot& shot : unsaved_) {
        log::debug("{}: face stored: track {} of {}, roi {},{} {}x{}", shot.camera, shot.track,
                   format_utc(shot.captured), shot.roi.left, shot.roi.top, shot.roi.width, shot.roi.height);
      }
    }
    unsaved_.clear();
    ended_.clear();
    for (auto& track : tracks_) memory_.retire(std::move(track));
    tracks_.clear();
  }
  const bool waits_long = std::chrono::steady_clock::now() - journal_since_ >= kJournalWaits;
  if (has_shots || waits_long || journal_.size() >= kMostJournalled) save_journal();
}

void ShotWriter::save_journal() {
  if (journal_.empty()) return;
  for (const domain::Shot& shot : outbox_.journal(journal_)) {
    log::debug("{}: face kept so far: track {} of {}, roi {},{} {}x{}", shot.camera, shot.track,
               format_utc(shot.captured), shot.roi.left, shot.roi.top, shot.roi.width, shot.roi.height);
  }
  journal_.clear();
}

}  // namespace vigia::pipeline
