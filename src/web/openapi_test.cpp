// Compares openapi.json with the site: each answer has the fields that it promises and no others, each path
// and parameter is answered, and every field that it promises is there in some answer.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "web/asset.h"
#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using Spec = nlohmann::json;

// Checks values against schemas, as far as the file uses JSON Schema, and remembers which fields had one.
class Checker {
 public:
  explicit Checker(const Spec& spec) : spec_(spec) {}

  void check(const std::string& at, const Spec& value, const std::string& where) {
    const Spec& schema = spec_.at(Spec::json_pointer(at));
    if (schema.contains("$ref")) return check(schema.at("$ref").get<std::string>().substr(1), value, where);
    check_type(schema, value, where);
    if (schema.contains("enum")) {
      const auto& words = schema.at("enum");
      EXPECT_NE(std::find(words.begin(), words.end(), value), words.end()) << where << ": " << value;
    }
    if (schema.contains("minimum") && value.is_number()) {
      EXPECT_GE(value, schema.at("minimum")) << where;
    }
    if (value.is_array() && schema.contains("items")) {
      for (const Spec& item : value) check(at + "/items", item, where + "[]");
    }
    if (value.is_object()) check_object(at, schema, value, where);
  }

  // Every property below that place.
  void expect_all_seen(const std::string& at, const std::string& where) {
    const Spec& schema = spec_.at(Spec::json_pointer(at));
    if (schema.contains("$ref")) {
      const std::string to = schema.at("$ref").get<std::string>().substr(1);
      if (visited_.insert(to).second) expect_all_seen(to, where);
      return;
    }
    if (schema.contains("items")) expect_all_seen(at + "/items", where + "[]");
    if (!schema.contains("properties")) return;
    for (const auto& [name, property] : schema.at("properties").items()) {
      EXPECT_TRUE(seen_.contains(at + "/" + name)) << where << "." << name << ": no answer has it";
      expect_all_seen(at + "/properties/" + name, where + "." + name);
    }
  }

 private:
  static bool is(const std::string& type, const Spec& value) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
  }
  static void check_type(const Spec& schema, const Spec& value, const std::string& where) {
    if (!schema.contains("type")) return;
    const Spec& type = schema.at("type");
    const Spec types = type.is_array() ? type : Spec::array({type});
    const bool fits =
        std::any_of(types.begin(), types.end(), [&](const Spec& one) { return is(one, value); });
    EXPECT_TRUE(fits) << where << ": " << value << " is not " << type;
  }
  void check_object(const std::string& at, const Spec& schema, const Spec& value, const std::string& where) {
    const Spec properties = schema.value("properties", Spec::object());
    for (const auto& [name, one] : value.items()) {
      if (!properties.contains(name)) {
        EXPECT_NE(schema.value("additionalProperties", Spec(true)), false)
            << where << "." << name << " is not promised";
        continue;
      }
      if (!one.is_null()) seen_.insert(at + "/" + name);
      check(at + "/properties/" + name, one, where + "." + name);
    }
    for (const Spec& name : schema.value("required", Spec::array())) {
      EXPECT_TRUE(value.contains(name.get<std::string>())) << where << "." << name << " is missing";
    }
  }

  const Spec& spec_;
  std::set<std::string> seen_, visited_;
};

std::string pointer_of(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '/' ? "~1" : c == '~' ? "~0" : std::string(1, c);
  return out;
}

class OpenapiTest : public WebTest {
 protected:
  OpenapiTest() : spec_(Spec::parse(openapi_json())), checker_(spec_) {
    record(1, 5);
    world_ = std::make_unique<World>(world());
    pictures_ = std::make_unique<LivePictures>(*world_);
    site_ = std::make_unique<Site>(*world_, *pictures_, Who{});
  }

  // The answer, checked against what the file says of this path and status.
  HttpAnswer ask(const std::string& path, const std::string& target, int code = 200,
                 const std::string& method = "get", const std::string& body = "") {
    Request request = request_of(target);
    request.method = method == "get" ? Method::get : method == "put" ? Method::put : Method::post;
    request.body = body;
    if (!body.empty()) request.content_type = "application/json";
    HttpAnswer answer = site_->answer(request);
    EXPECT_EQ(answer.code, code) << target << ": " << (answer.body ? *answer.body : "");
    const std::string at = "/paths/" + pointer_of(path) + "/" + method;
    asked_.insert(path + " " + method);
    const Spec& responses = spec_.at(Spec::json_pointer(at + "/responses"));
    EXPECT_TRUE(responses.contains(std::to_string(answer.code)))
        << target << ": " << answer.code << " is not promised";
    if (!answer.body || answer.type != "application/json" || !responses.contains(std::to_string(answer.code)))
      return answer;
    std::string response = at + "/responses/" + std::to_string(answer.code);
    const Spec& promised = spec_.at(Spec::json_pointer(response));
    if (promised.contains("$ref")) response = promised.at("$ref").get<std::string>().substr(1);
    checker_.check(response + "/content/application~1json/schema", Spec::parse(*answer.body), path);
    return answer;
  }

  const Spec spec_;
  Checker checker_;
  std::unique_ptr<World> world_;
  std::unique_ptr<LivePictures> pictures_;
  std::unique_ptr<Site> site_;
  std::set<std::string> asked_;
};

std::string read_all(EndlessBody& stream, SteadyTime now) {
  std::string text(1'000'000, '\0');
  std::size_t size = 0;
  while (const std::size_t more = stream.read({text.data() + size, text.size() - size}, now)) size += more;
  text.resize(size);
  return text;
}

TEST_F(OpenapiTest, TheSiteAndTheFileSayTheSame) {
  site_->tick(used_clock_.now());
  fake_clock_.advance(std::chrono::seconds(11));
  housekeeping_ = used_clock_.now();
  site_->tick(used_clock_.now());
  ask("/healthz", "/healthz");
  ask("/readyz", "/readyz", 503);
  ask("/metrics", "/metrics");
  ask("/api/v1/session", "/api/v1/session");
  ask("/api/v1/login", "/api/v1/login", 204, "post", R"({"token":"any"})");
  ask("/api/v1/login", "/api/v1/login", 400, "post", R"({"tokem":"any"})");
  ask("/api/v1/logout", "/api/v1/logout", 204, "post");
  ask("/api/v1/status", "/api/v1/status");
  ask("/api/v1/cameras", "/api/v1/cameras");
  ask("/api/v1/events", "/api/v1/events?limit=2");
  ask("/api/v1/events", "/api/v1/events?limit=0", 400);
  ask("/api/v1/events/{id}/thumbnail", "/api/v1/events/3/thumbnail");
  ask("/api/v1/events/{id}/thumbnail", "/api/v1/events/99/thumbnail", 404);
  ask("/api/v1/receivers", "/api/v1/receivers");
  ask("/api/v1/memory", "/api/v1/memory");
  ask("/api/v1/history", "/api/v1/history?span=hour");
  ask("/api/v1/history", "/api/v1/history?span=week", 400);
  ask("/api/v1/settings", "/api/v1/settings");
  ask("/api/v1/log_level", "/api/v1/log_level");
  ask("/api/v1/log_level", "/api/v1/log_level", 200, "put", R"({"level":"info"})");
  ask("/api/v1/log_level", "/api/v1/log_level", 400, "put", R"({"level":"loud"})");
  ask("/api/v1/openapi.json", "/api/v1/openapi.json");
  EXPECT_TRUE(ask("/api/v1/pictures", "/api/v1/pictures?camera=gate&camera=hall").stream);
  ask("/api/v1/pictures", "/api/v1/pictures?camera=nowhere", 404);
  ask("/api/v1/pictures", "/api/v1/pictures", 400);
  EXPECT_TRUE(ask("/api/v1/cameras/{name}/picture", "/api/v1/cameras/gate/picture").later);
  ask("/api/v1/cameras/{name}/picture", "/api/v1/cameras/nowhere/picture", 404);
  const HttpAnswer changes = ask("/api/v1/stream", "/api/v1/stream");
  ASSERT_TRUE(changes.stream);
  const std::map<std::string, std::string> schemas{
      {"status", "Status"}, {"cameras", "CamerasChange"}, {"receivers", "Receivers"}, {"event", "Event"}};
  std::istringstream lines(read_all(*changes.stream, used_clock_.now()));
  std::string event;
  std::set<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("event: ")) event = line.substr(7);
    if (!line.starts_with("data: ")) continue;
    events.insert(event);
    const Spec data = Spec::parse(line.substr(6));
    checker_.check("/components/schemas/" + schemas.at(event), data, event);
    if (event == "cameras") {
      for (const Spec& camera : data.at("cameras"))
        checker_.check("/components/schemas/Camera", camera, "cameras[]");
    }
  }
  EXPECT_EQ(events.size(), 3U);
  for (const auto& [path, methods] : spec_.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      EXPECT_TRUE(asked_.contains(path + " " + method)) << path << " " << method << " was not asked";
    }
  }
  for (const char* const name : {"Status", "Cameras", "Events", "Receivers", "Memory", "History", "LogLevel",
                                 "Session", "SettingsAnswer", "Error", "CamerasChange"}) {
    checker_.expect_all_seen(std::string("/components/schemas/") + name, name);
  }
}

TEST_F(OpenapiTest, EveryPathOfTheSiteIsInTheFile) {
  for (const auto& [path, methods] : spec_.at("paths").items()) {
    std::string target = path;
    for (const auto& [mark, value] : {std::pair{"{name}", "gate"}, std::pair{"{id}", "3"}}) {
      if (const auto at = target.find(mark); at != std::string::npos)
        target.replace(at, std::string_view(mark).size(), value);
    }
    EXPECT_EQ(Site::handler_of(request_of(target)), path);
    // Methods that are not there, and parameters that are not.
    for (const auto& [name, method] :
         {std::pair{"get", Method::get}, {"put", Method::put}, {"post", Method::post}}) {
      if (methods.contains(name)) continue;
      Request request = request_of(target);
      request.method = method;
      EXPECT_EQ(site_->answer(request).code, 405) << path;
    }
    if (methods.contains("get")) {
      EXPECT_EQ(site_->answer(request_of(target + "?nonsense=1")).code, 400) << path;
    }
  }
  EXPECT_EQ(site_->answer(request_of("/api/v1/nothing")).code, 404);
}

TEST_F(OpenapiTest, EveryParameterOfTheFileIsTaken) {
  const std::map<std::string, std::string> values{{"camera", "gate"},
                                                  {"fate", "not_posted"},
                                                  {"reason", "too_small"},
                                                  {"since", "1h"},
                                                  {"until", "2030-01-01"},
                                                  {"limit", "5"},
                                                  {"cursor", "1795438815207000-4711"},
                                                  {"span", "day"}};
  for (const auto& [path, methods] : spec_.at("paths").items()) {
    if (!methods.contains("get")) continue;
    for (const Spec& parameter : methods.at("get").value("parameters", Spec::array())) {
      if (parameter.at("in") != "query") continue;
      const std::string name = parameter.at("name");
      EXPECT_EQ(site_->answer(request_of(path + "?" + name + "=" + values.at(name))).code, 200)
          << path << " " << name;
    }
  }
}

TEST_F(OpenapiTest, PagesOfEventsHoldEachOnce) {
  std::vector<int> ids;
  std::string cursor;
  for (int page = 0; page < 5; ++page) {
    const HttpAnswer answer = site_->answer(request_of("/api/v1/events?limit=2" + cursor));
    const Spec json = Spec::parse(*answer.body);
    for (const Spec& event : json.at("events")) ids.push_back(event.at("id"));
    if (json.at("next").is_null()) break;
    cursor = "&cursor=" + json.at("next").get<std::string>();
  }
  EXPECT_EQ(ids, (std::vector<int>{5, 4, 3, 2, 1}));
  const auto count = [this](const std::string& query) {
    return Spec::parse(*site_->answer(request_of("/api/v1/events?" + query)).body).at("events").size();
  };
  EXPECT_EQ(count("fate=posted"), 2U);
  EXPECT_EQ(count("fate=not_posted"), 1U);
  EXPECT_EQ(count("reason=too_small"), 1U);
  EXPECT_EQ(count("reason=too_large"), 0U);
  EXPECT_EQ(count("camera=hall"), 0U);
  EXPECT_EQ(count("since=2026-11-23T13:00:03Z"), 3U);
}

}  // namespace
}  // namespace vigia::web
