// The footage, photographs and models that tests read: the folder that VIGIA_DATA names.
//
//   TEST(Detector, FindsTheFacesOfAPhotograph) {
//     NEED_DATA();
//     read(testing::data_folder() / "photos" / "2008_001322.jpg");
//
// Where VIGIA_DATA is not set the test skips itself, and is listed as skipped. Where it names no folder, or
// TESTS_NEED_DATA says that there has to be one (.ci/run, where the data lies beside the checkout),
// the test fails: a run that skips everything must not look like a success.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace vigia::testing {

// Empty: VIGIA_DATA is not set.
inline std::filesystem::path data_folder() {
  const char* const folder = std::getenv("VIGIA_DATA");
  return folder == nullptr ? "" : folder;
}

inline bool data_is_required() {
  return std::getenv("TESTS_NEED_DATA") != nullptr || !data_folder().empty();
}

}  // namespace vigia::testing

// At the beginning of a test, or of its fixture's SetUp().
#define NEED_DATA()                                                                            \
  if (!std::filesystem::is_directory(vigia::testing::data_folder())) {                         \
    if (vigia::testing::data_is_required())                                                    \
      FAIL() << "VIGIA_DATA is no folder: '" << vigia::testing::data_folder().string() << "'"; \
    GTEST_SKIP() << "VIGIA_DATA is not set";                                                   \
  }                                                                                            \
  static_assert(true)
