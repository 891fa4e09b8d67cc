// Checks a posted event against FindFace's API description, part by part. Stricter in one point: timestamp
// and roi, which are optional in the API, are required, since Vigia always sends them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "testing/fake_findface.h"

namespace vigia::testing {

struct FormPart {
  std::string name, filename, content_type, content;
};

struct EventAnswer {
  int status = 200;
  std::string code, desc, param;   // of an error
  std::optional<FakeEvent> event;  // of a good one
  bool violation = false;          // a client that follows the description never sends this
};

// camera: the camera with this id; null: there is none.
EventAnswer check_event(const std::vector<FormPart>& parts,
                        const std::function<std::optional<FakeCamera>(std::int64_t)>& camera);

}  // namespace vigia::testing
