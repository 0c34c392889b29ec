# Gloo is in LibTorch's libraries, without its headers: see cmake/gloo/gloo/rendezvous/store.h.
target_include_directories(${target} SYSTEM PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/cmake/gloo")
