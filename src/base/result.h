// Errors as values: a function that can fail returns Result<T>, and the compiler refuses to let it
// be ignored. Exceptions of libraries are turned into an Error where they are called; none crosses
// a folder or a thread.
//
//   Result<Image> read_image(path);
//   auto image = read_image("a.jpg");
//   if (!image) return image.error();          // the text says what, where and how to fix it
//   use(*image);
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace vigia {

// Classes on which a caller may act. Everything else is in the text, for people.
enum class ErrorCode {
  invalid,      // the input is wrong: settings, file, reply
  not_found,    // it is not there
  unavailable,  // not now: try again later
  timeout,      // it took longer than allowed
  refused,      // the other side refused
  no_memory,    // the budget is used up
  io,           // the system reported an error
  damaged,      // it was intact once, and cannot be read any more
  cancelled,    // a stop was requested
  ended,        // there is nothing more to read
};

struct Error {
  ErrorCode code = ErrorCode::invalid;
  std::string text;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: by design implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  // REQUIRES: ok()
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok()
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// A result without a value: ok, or why not.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT: by design implicit

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
  bool failed_ = false;
};

inline Status ok_status() {
  return {};
}

}  // namespace vigia
