#include "temper/data/prepare/readable.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"
#include "temper/data/sources/unreadable_image.h"

namespace temper::data {

Error image_error(const std::string& name) {
  const Where where{.image = name};
  try {
    throw;
  } catch (const Error& error) {
    return error.within(where);
  } catch (const std::exception& error) {
    return {Code::data, where, error.what()};
  } catch (...) {
    return {Code::data, where, "an exception that is not a std::exception"};
  }
}

std::string reason_of(const Error& error) {
  auto reason = error.where().file_text() + error.message();
  std::ranges::replace(reason, '\n', ' ');
  if (reason.ends_with('.')) reason.pop_back();
  return reason.empty() ? "no reason was given" : reason;
}

std::optional<Error> read_error_of(const Source& source, std::int64_t i, io::Picture& picture) {
  try {
    source.read(i, picture);
    picture.pixels();
    return std::nullopt;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    auto error = image_error(source.where(i));
    if (!may_be_bad_image(error)) throw;
    return error;
  }
}

void for_each_image(std::int64_t n, std::int64_t threads,
                    const std::function<void(std::int64_t i, io::Picture& picture)>& work) {
  std::atomic<std::int64_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto run = [&] {
    try {
      io::Picture picture;
      for (auto i = next++; i < n; i = next++) work(i, picture);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!error) error = std::current_exception();
      next = n;
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::int64_t t = 1; t < std::min(threads, n); ++t) helpers.emplace_back(run);
    run();
  }
  if (error) std::rethrow_exception(error);
}

Readable readable_images(std::shared_ptr<const Source> source, std::int64_t threads) {
  const auto n = source->size();
  std::vector<std::optional<Error>> faults(static_cast<std::size_t>(n));
  for_each_image(n, threads, [&](std::int64_t i, io::Picture& picture) {
    faults[static_cast<std::size_t>(i)] = read_error_of(*source, i, picture);
  });
  Readable result;
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto& fault = faults[static_cast<std::size_t>(i)];
    if (!fault)
      rows.push_back(i);
    else
      result.bad.push_back({i, source->where(i), reason_of(*fault)});
  }
  if (result.bad.empty())
    result.source = std::move(source);
  else if (!rows.empty())
    result.source = std::make_shared<Subset>(std::move(source), std::move(rows));
  return result;
}

}  // namespace temper::data
