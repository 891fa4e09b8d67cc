// An outbox in a folder of its own, on a clock moved by hand, for this folder's tests.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "outbox/outbox.h"
#include "testing/fake_clock.h"
#include "testing/log_capture.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::outbox {

// Records the shots that an outbox gives up itself.
class Fates final : public ShotListener {
 public:
  struct Fate {
    domain::Shot shot;
    std::optional<domain::Reason> reason;  // none: failed
  };
  void delivered(const domain::Shot&) override { ADD_FAILURE() << "an outbox delivers nothing itself"; }
  void refused(const domain::Shot& shot, domain::Reason reason, const std::string&) override {
    MutexLock lock(mutex_);
    all_.push_back({shot, reason});
  }
  void failed(const domain::Shot& shot, const std::string&) override {
    MutexLock lock(mutex_);
    all_.push_back({shot, std::nullopt});
  }
  [[nodiscard]] std::vector<Fate> all() const {
    MutexLock lock(mutex_);
    return all_;
  }
  [[nodiscard]] std::vector<std::uint64_t> tracks(std::optional<domain::Reason> reason) const {
    std::vector<std::uint64_t> tracks;
    for (const Fate& fate : all()) {
      if (fate.reason == reason) tracks.push_back(fate.shot.track);
    }
    return tracks;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Fate> all_ GUARDED_BY(mutex_);
};

// Records log lines while it lives, from warnings on.
class Log : public testing::LogCapture {
 public:
  Log() : LogCapture(log::LogLevel::warning) {}
};

class OutboxFixture : public ::testing::Test {
 protected:
  void open() {
    options_.path = path_;
    outbox_.reset();
    auto opened = Outbox::open(options_, routes_, memory_, clock_, replay_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    outbox_ = std::move(*opened);
    outbox_->listen(routes_.front(), fates_);
  }
  [[nodiscard]] Status add(std::uint64_t track) { return outbox_->add(testing::sample_shot(track)); }
  // An image of about so many bytes.
  [[nodiscard]] static domain::Shot large_shot(std::uint64_t track, std::size_t bytes) {
    domain::Shot shot = testing::sample_shot(track);
    shot.jpeg = testing::sample_jpeg({.width = 640, .height = 360}, std::string(bytes, 'x'));
    return shot;
  }
  // Takes the next shot that is due now, without waiting.
  std::optional<PendingShot> take() { return take(routes_.front()); }
  std::optional<PendingShot> take(const std::string& route) {
    outbox_->drain();
    auto taken = outbox_->take(route, clock_.now(), {});
    EXPECT_TRUE(taken.ok()) << taken.error().text;
    return taken.ok() ? *std::move(taken) : std::nullopt;
  }
  // Takes all shots that are due now, in order; returns their tracks. They stay claimed.
  std::vector<std::uint64_t> take_all(const std::string& route) {
    std::vector<std::uint64_t> tracks;
    while (const auto taken = take(route)) tracks.push_back(taken->shot.track);
    return tracks;
  }
  std::vector<std::uint64_t> take_all() { return take_all(routes_.front()); }
  void execute(const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  std::int64_t number(const std::string& sql) {
    sqlite3* handle = nullptr;
    sqlite3_stmt* statement = nullptr;
    std::int64_t result = -1;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    if (sqlite3_step(statement) == SQLITE_ROW) result = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return result;
  }

  testing::TempDir dir_;
  std::string path_ = dir_ / "vigia.db";
  OutboxOptions options_;
  std::vector<std::string> routes_ = {"findface"};
  Replay replay_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  Fates fates_;
  std::unique_ptr<Outbox> outbox_;
};

}  // namespace vigia::outbox
