#include "fleet/cameras.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "fleet/crash_hold.h"

namespace vigia::fleet {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookAgain = 1ms;
// The demand has changed when the cost of decoding differs by this share from the last reported one.
constexpr double kOtherDecodes = 0.1;

}  // namespace

void Cameras::add(const pipeline::CameraSettings& camera, const findface::DetectorFilters& filters,
                  Nanoseconds after) {
  std::optional<RemovedCamera> former;
  if (camera.spec.id) {
    MutexLock lock(mutex_);
    former = former_.take(*camera.spec.id);
  }
  auto unit = former ? make(camera, filters, former->counters, former->history)
                     : make(camera, filters, std::make_shared<pipeline::CameraCounters>(), CameraHistory());
  CameraUnit& added = *unit;
  {
    MutexLock lock(mutex_);
    places_.push_back({std::move(unit)});
  }
  added.start(after, crash_hold(crashes_, camera.spec.name, world_.clock.utc_now()));
}

void Cameras::replace(std::int64_t id, const pipeline::CameraSettings& camera,
                      const findface::DetectorFilters& filters) {
  const auto old =
      wind_up([id](const pipeline::CameraContext& context) { return context.settings.spec.id == id; });
  auto unit = make(camera, filters, old.at(0)->context()->shared_counters, old.at(0)->history());
  CameraUnit& added = *unit;
  {
    MutexLock lock(mutex_);
    const auto place =
        std::ranges::find_if(places_, [&](const CameraEntry& held) { return held.unit.get() == old.at(0); });
    place->unit.swap(unit);
    place->is_leaving = false;
  }
  unit.reset();                      // the old one
  added.start(Nanoseconds::zero());  // with other settings, so without a hold
}

void Cameras::remove(std::span<const std::int64_t> ids) {
  const auto leaving = wind_up([ids](const pipeline::CameraContext& context) {
    const auto& id = context.settings.spec.id;
    return id && std::ranges::find(ids, *id) != ids.end();
  });
  std::vector<std::unique_ptr<CameraUnit>> gone;  // destroyed outside the lock
  MutexLock lock(mutex_);
  for (CameraEntry& place : places_) {
    if (std::ranges::find(leaving, place.unit.get()) == leaving.end()) continue;
    const auto& context = place.unit->context();
    former_.add({.id = *context->settings.spec.id,
                 .name = context->name(),
                 .history = place.unit->history(),
                 .counters = context->shared_counters,
                 .context = context});
    gone.push_back(std::move(place.unit));
  }
  std::erase_if(places_, [](const CameraEntry& place) { return place.unit == nullptr; });
}

void Cameras::apply_filters(std::int64_t id, const findface::DetectorFilters& filters) {
  MutexLock lock(mutex_);
  for (const CameraEntry& place : places_) {
    if (place.unit->context()->settings.spec.id == id) place.unit->apply_filters(filters);
  }
}

void Cameras::settle() {
  std::vector<std::int64_t> settled;
  {
    MutexLock lock(mutex_);
    settled = former_.settle();
  }
  for (const std::int64_t id : settled) {
    tokens_.remove(id);
    faces_.remove_camera(id);
  }
}

std::unique_ptr<CameraUnit> Cameras::make(const pipeline::CameraSettings& camera,
                                          const findface::DetectorFilters& filters,
                                          std::shared_ptr<pipeline::CameraCounters> counters,
                                          const CameraHistory& history) {
  auto context = std::make_shared<pipeline::CameraContext>(
      camera, world_.memory.budget(), world_.ledger != nullptr && world_.ledger->enabled(),
      std::move(counters), make_main_stream(camera, world_.memory));
  const domain::CameraSpec& spec = context->settings.spec;
  tokens_.add({spec});
  if (known_ == Known::by_id && spec.id) {
    faces_.add_camera(*spec.id, context->shared_counters);
  } else {
    faces_.add_camera(spec.name, context->shared_counters);
  }
  auto unit = std::make_unique<CameraUnit>(
      std::move(context), next_index_++, world_, history,
      camera::CameraShared{.gate = &gate_, .hardware = &hardware_, .logins = &logins_});
  if (filters != findface::DetectorFilters{}) unit->apply_filters(filters);
  return unit;
}

// Stops the selected cameras and waits until their frames and tracks are handed on. Afterwards the units
// still exist but do nothing.
template <class Wanted>
std::vector<CameraUnit*> Cameras::wind_up(Wanted wanted) {
  std::vector<CameraUnit*> leaving;
  {
    MutexLock lock(mutex_);
    for (CameraEntry& place : places_) {
      if (!wanted(*place.unit->context())) continue;
      place.is_leaving = true;
      leaving.push_back(place.unit.get());
    }
  }
  for (CameraUnit* const unit : leaving) unit->request_stop();
  for (CameraUnit* const unit : leaving) unit->join();
  // Workers take the frames that still wait; no new ones come in.
  for (const CameraUnit* const unit : leaving) {
    while (!unit->is_gone()) std::this_thread::sleep_for(kLookAgain);
  }
  return leaving;
}

void Cameras::tick() {
  MutexLock lock(mutex_);
  for (const CameraEntry& place : places_) {
    if (!place.is_leaving) place.unit->tick();
  }
}

void Cameras::look(load::StrandLoad& seen) {
  MutexLock lock(mutex_);
  for (const CameraEntry& place : places_) {
    const pipeline::Strand::LiveState presence = place.unit->presence();
    if (presence.known) ++seen.cameras;
    if (presence.delivering) ++seen.delivering;
    if (presence.delivering && place.unit->is_decoded_late()) ++seen.decoded_late;
    seen.busiest = std::max(seen.busiest, place.unit->take_worker_time());
    if (presence.known) place.unit->add_decoding(seen);
  }
  const Decodes now = decodes();
  if (!told_decodes_) told_decodes_ = now.assumed;
  const bool differs = std::abs(now.known - *told_decodes_) > kOtherDecodes * *told_decodes_;
  if (differs || (now.all_known && !told_all_)) demand_changed_ = true;
}

Cameras::Decodes Cameras::decodes() const {
  Decodes sum;
  for (const CameraEntry& place : places_) {
    const pipeline::CameraSettings& settings = place.unit->context()->settings;
    if (!settings.source.active) continue;
    const auto& main = place.unit->context()->main;
    const bool is_known = place.unit->frame_size() != domain::Size{};
    if (!is_known || (main && main->kept.size() == domain::Size{})) sum.all_known = false;
    if (!settings.is_live()) continue;
    sum.assumed += 1;
    sum.known += place.unit->decodes();
  }
  return sum;
}

std::optional<load::Demand> Cameras::changed_demand(const pipeline::CameraSettings& defaults) {
  if (!demand_changed_.exchange(false)) return std::nullopt;
  std::vector<pipeline::CameraSettings> all;
  std::vector<domain::Size> frames;
  {
    MutexLock lock(mutex_);
    for (const CameraEntry& place : places_) {
      all.push_back(place.unit->settings_as_searched());
      frames.push_back(place.unit->frame_size());
    }
    const Decodes now = decodes();
    told_decodes_ = now.known;
    told_all_ = now.all_known;
  }
  if (all.empty()) return std::nullopt;
  load::Demand demand = load::demand_of(all, defaults, frames);
  demand.decodes = *told_decodes_;
  return demand;
}

std::shared_ptr<pipeline::LiveView> Cameras::live_view(std::string_view name) const {
  MutexLock lock(mutex_);
  for (const CameraEntry& place : places_) {
    const auto& context = place.unit->context();
    if (context->name() == name) return {context, &context->live};
  }
  return nullptr;
}

bool Cameras::all_drained() const {
  MutexLock lock(mutex_);
  return std::ranges::all_of(places_, [](const CameraEntry& place) { return place.unit->drained(); });
}

std::vector<status::CameraStatus> Cameras::status(double seconds) const {
  std::vector<status::CameraStatus> rows;
  MutexLock lock(mutex_);
  for (const CameraEntry& place : places_) rows.push_back(place.unit->status(seconds));
  former_.append_rows(seconds, rows);
  return rows;
}

std::optional<status::CameraStatus> Cameras::former() const {
  MutexLock lock(mutex_);
  return former_.sum();
}

void Cameras::stop() {
  static_cast<void>(wind_up([](const pipeline::CameraContext&) { return true; }));
}

void Cameras::clear() {
  std::vector<CameraEntry> last;  // destroyed outside the lock
  MutexLock lock(mutex_);
  last.swap(places_);
}

}  // namespace vigia::fleet
