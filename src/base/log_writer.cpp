#include "base/log_writer.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace vigia::log {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 20ms;
constexpr auto kSayLeftOutEvery = 10s;
constexpr std::size_t kBatch = 32 * 1024;
constexpr timespec kHandlerLooksEvery{0, 2'000'000};

}  // namespace

LogWriter::LogWriter(const LogWriterOptions& options, std::unique_ptr<LogTarget> target, Clock& clock)
    : clock_(clock),
      target_(std::move(target)),
      ring_(options.queue_bytes),
      format_(options.format),
      folds_(options.fold_interval, [this](const LogLine& line) { put(line); }),
      thread_("log", [this](const std::stop_token& stop) { run(stop); }) {}

LogWriter::~LogWriter() {
  thread_.request_stop();
  thread_.join();
}

void LogWriter::write(const LogLine& line) noexcept {
  lines_.at(std::min<std::size_t>(static_cast<std::size_t>(line.level), lines_.size() - 1))
      .fetch_add(1, std::memory_order_relaxed);
  const Bytes room = line.level >= LogLevel::warning ? ring_.capacity() : ring_.capacity() / 4 * 3;
  if (!ring_.push(line, room)) left_out_.fetch_add(1, std::memory_order_relaxed);
}

LogCounts LogWriter::counts() const noexcept {
  LogCounts counts{.lines = {}, .written = written_, .folded = folded_, .left_out = left_out_};
  for (std::size_t i = 0; i < lines_.size(); ++i) counts.lines.at(i) = lines_.at(i);
  return counts;
}

bool LogWriter::flush(std::chrono::milliseconds at_most) {
  if (::gettid() == thread_id_) return false;
  const std::uint64_t mine = ++asked_;
  changed_.notify_all();
  const auto give_up = std::chrono::steady_clock::now() + at_most;
  MutexLock lock(mutex_);
  while (done_ < mine && !has_ended_) {
    const auto left = give_up - std::chrono::steady_clock::now();
    if (left <= Nanoseconds::zero()) return false;
    static_cast<void>(changed_.wait_for(lock, {}, left));
  }
  return done_ >= mine;
}

bool LogWriter::finish(std::chrono::milliseconds at_most) {
  if (::gettid() == thread_id_) return false;
  thread_.request_stop();
  const auto begin = std::chrono::steady_clock::now();
  const auto wait_until = [&](std::chrono::steady_clock::time_point when) {
    MutexLock lock(mutex_);
    while (!has_ended_ && std::chrono::steady_clock::now() < when) {
      static_cast<void>(changed_.wait_for(lock, {}, kLookEvery));
    }
    return has_ended_.load();
  };
  if (!wait_until(begin + at_most)) {
    given_up_ = true;
    target_->give_up();
    if (!wait_until(begin + at_most + 500ms)) return false;
  }
  thread_.join();
  return !given_up_;
}

void LogWriter::flush_in_handler(std::chrono::milliseconds at_most) noexcept {
  if (::gettid() == thread_id_) return;
  tell_all_ = true;
  const std::uint64_t mine = ++asked_;
  for (auto waited = 0ms; waited < at_most && done_ < mine && !has_ended_; waited += 2ms) {
    ::nanosleep(&kHandlerLooksEvery, nullptr);
  }
}

void LogWriter::show_below(std::string lines) {
  MutexLock lock(mutex_);
  below_ = std::move(lines);
  is_below_new_ = true;
}

void LogWriter::run(const std::stop_token& stop) {
  thread_id_ = ::gettid();
  while (!stop.stop_requested()) {
    round(false);
    wait(stop);
  }
  round(true);
  {
    MutexLock lock(mutex_);
    has_ended_ = true;
  }
  changed_.notify_all();
}

void LogWriter::wait(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  if (done_ < asked_) return;
  static_cast<void>(changed_.wait_for(lock, stop, kLookEvery));
}

void LogWriter::round(bool is_last) {
  const std::uint64_t asked = asked_;
  const std::uint64_t end = ring_.end();
  if (reopen_.exchange(false)) target_->reopen();
  drain(end);
  // A line before `end` may not be complete yet: its thread was interrupted.
  while (is_last && ring_.begin() < end && !given_up_) {
    const timespec moment{0, 1'000'000};
    ::nanosleep(&moment, nullptr);
    drain(end);
  }
  const SteadyTime now = clock_.now();
  is_last || tell_all_.exchange(false) ? folds_.tell_all(now) : folds_.tell_due(now);
  say_left_out(is_last);
  write_out();
  draw_below();
  if (ring_.begin() < end) return;
  {
    MutexLock lock(mutex_);
    done_ = asked;
  }
  changed_.notify_all();
}

void LogWriter::drain(std::uint64_t end) {
  while (ring_.begin() < end) {
    const auto line = ring_.front();
    if (!line) return;
    if (folds_.take(*line, clock_.now())) {
      put(*line);
      ++in_batch_;
    } else {
      folded_.fetch_add(1, std::memory_order_relaxed);
    }
    ring_.pop();
    if (batch_.size() >= kBatch) write_out();
  }
}

void LogWriter::put(const LogLine& line) {
  format_.append(batch_, line);
}

void LogWriter::put_own(LogLevel level, std::string text) {
  put({.level = level, .at = clock_.utc_now(), .file = __FILE__, .format = {}, .camera = {}, .text = text});
}

void LogWriter::say_left_out(bool is_last) {
  const std::uint64_t all = left_out_;
  if (all == left_out_said_ || (!is_last && clock_.now() < say_left_out_at_)) return;
  put_own(LogLevel::warning,
          fmt::format("log: {} lines left out: more came than could be written", all - left_out_said_));
  left_out_said_ = all;
  say_left_out_at_ = clock_.now() + kSayLeftOutEvery;
}

void LogWriter::write_out() {
  while (!batch_.empty()) {
    const bool is_written = target_->write(batch_);
    (is_written ? written_ : left_out_).fetch_add(std::exchange(in_batch_, 0), std::memory_order_relaxed);
    batch_.clear();
    if (auto note = target_->take_note()) put_own(LogLevel::warning, *std::move(note));
    if (!is_written) batch_.clear();
  }
}

void LogWriter::draw_below() {
  std::string lines;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(is_below_new_, false)) return;
    lines = below_;
  }
  target_->show_below(lines);
}

}  // namespace vigia::log
