// Made by `npm run targets` (test/targets/generate.ts): do not edit.
// Source: glibc's own lists of symbols (*.abilist), walked release by release up to 2.42, read in November 2026;
// libraries of some symbols that moved without a new version: Debian 12's glibc 2.36.

export const GLIBC_NEWEST = "2.42";

/** Libraries whose symbols all moved to libc in glibc 2.34. */
export const MOVED_LIBRARIES = "libpthread libdl librt libutil libanl";

/**
 * library:machines:version, then the range of releases that have it, if not all do. Machines are bits in hexadecimal
 * (`machines.ts`).
 */
export const ROWS = `
ld:10:2.22 ld:10:2.23 ld:10:2.39 ld:14:2.17 ld:1:2.2.5 ld:20:2.2 ld:20:2.3 ld:2:2.0 ld:2:2.1 ld:2:2.3 ld:3:2.3 ld:40:2.27 ld:4:2.17 ld:7f:2.35 ld:80:2.36
ld:8:2.4 libBrokenLocale:14:2.17 libBrokenLocale:1:2.2.5 libBrokenLocale:20:2.2 libBrokenLocale:2:2.0 libBrokenLocale:40:2.27 libBrokenLocale:80:2.36
libBrokenLocale:8:2.4 libanl:14:2.17 libanl:1:2.2.5 libanl:20:2.2.3 libanl:2:2.2.3 libanl:40:2.27 libanl:8:2.4 libc:10:2.17 libc:10:2.32 libc:10:2.38
libc:13:2.26 libc:13:2.34 libc:14:2.17 libc:14:2.17:-2.33 libc:14:2.17:2.34- libc:1:2.14 libc:1:2.2.5 libc:1:2.2.5:-2.33 libc:1:2.2.5:2.34- libc:20:2.19
libc:20:2.2 libc:20:2.29 libc:20:2.2:-2.33 libc:20:2.2:2.34- libc:20:2.4 libc:20:2.7 libc:20:2.8 libc:21:2.10 libc:21:2.3.3 libc:22:2.2 libc:22:2.2.1
libc:22:2.2.2 libc:22:2.2.3 libc:22:2.2.4 libc:22:2.2:2.34- libc:23:2.2.6 libc:23:2.3 libc:23:2.3.2 libc:23:2.3.3 libc:23:2.3.4 libc:28:2.4 libc:2:2.0
libc:2:2.0:-2.33 libc:2:2.0:2.34- libc:2:2.1 libc:2:2.1.1 libc:2:2.1.2 libc:2:2.1.3 libc:2:2.3 libc:2:2.3.3 libc:2:2.3.4 libc:2b:2.10 libc:2b:2.11 libc:2b:2.12
libc:2b:2.13 libc:2b:2.14 libc:2b:2.15 libc:2b:2.16 libc:2b:2.4 libc:2b:2.5 libc:2b:2.6 libc:2b:2.7 libc:2b:2.8 libc:2b:2.9 libc:30:2.30 libc:30:2.38
libc:3:2.13 libc:3:2.33 libc:3f:2.17 libc:3f:2.18 libc:3f:2.22 libc:3f:2.23 libc:3f:2.24 libc:3f:2.25 libc:3f:2.26 libc:40:2.27 libc:40:2.27:2.34- libc:40:2.40
libc:4:2.17 libc:4:2.18 libc:64:2.27 libc:77:2.27 libc:7f:2.27 libc:7f:2.28 libc:7f:2.29 libc:7f:2.30 libc:7f:2.32 libc:7f:2.33 libc:7f:2.34 libc:7f:2.35
libc:80:2.36 libc:8:2.4 libc:8:2.4:-2.33 libc:8:2.4:2.34- libc:8:2.8 libc:a:2.11 libc:a:2.28 libc:a:2.34 libc:a:2.35 libc:a:2.37 libc:ff:2.36 libc:ff:2.38
libc:ff:2.39 libc:ff:2.41 libc:ff:2.42 libc_malloc_debug:14:2.17:2.34- libc_malloc_debug:1:2.2.5:2.34- libc_malloc_debug:20:2.2:2.34-
libc_malloc_debug:2:2.0:2.34- libc_malloc_debug:80:2.36 libc_malloc_debug:8:2.4:2.34- libcrypt:14:2.17 libcrypt:1:2.2.5 libcrypt:20:2.2 libcrypt:2:2.0
libcrypt:40:2.27 libcrypt:80:2.36 libcrypt:8:2.4 libdl:14:2.17 libdl:1:2.2.5 libdl:20:2.2 libdl:23:2.3.3 libdl:23:2.3.4 libdl:2:2.0 libdl:2:2.1 libdl:40:2.27
libdl:8:2.4 libm:10:2.17 libm:10:2.25 libm:10:2.32 libm:10:2.35 libm:10:2.40 libm:10:2.41 libm:10:2.42 libm:13:2.25 libm:13:2.26 libm:14:2.17 libm:1:2.2.5
libm:20:2.2 libm:20:2.4 libm:22:2.2 libm:23:2.15 libm:28:2.4 libm:2:2.0 libm:2:2.1 libm:2:2.2 libm:2b:2.15 libm:30:2.28 libm:37:2.18 libm:37:2.25 libm:3d:2.38
libm:3d:2.39 libm:3f:2.18 libm:3f:2.23 libm:3f:2.24 libm:3f:2.25 libm:3f:2.29 libm:3f:2.32 libm:3f:2.35 libm:40:2.27 libm:64:2.27 libm:77:2.27 libm:77:2.28
libm:77:2.31 libm:77:2.35 libm:7f:2.27 libm:7f:2.28 libm:7f:2.31 libm:7f:2.35 libm:80:2.36 libm:8:2.4 libm:f7:2.40 libm:f7:2.41 libm:f7:2.42 libm:ff:2.40
libm:ff:2.41 libm:ff:2.42 libmvec:1:2.22 libmvec:1:2.35 libmvec:4:2.38 libmvec:4:2.39 libmvec:4:2.40 libmvec:4:2.41 libmvec:4:2.42 libnsl:14:2.17 libnsl:1:2.2.5
libnsl:20:2.2 libnsl:22:2.2 libnsl:2:2.0 libnsl:2:2.1 libnsl:40:2.27 libnsl:8:2.4 libpthread:14:2.17 libpthread:1:2.2.5 libpthread:20:2.19 libpthread:20:2.2
libpthread:22:2.2 libpthread:22:2.2.3 libpthread:23:2.2.6 libpthread:23:2.3.2 libpthread:23:2.3.3 libpthread:23:2.3.4 libpthread:2:2.0 libpthread:2:2.1
libpthread:2:2.1.1 libpthread:2:2.1.2 libpthread:2b:2.11 libpthread:2b:2.12 libpthread:2b:2.4 libpthread:3f:2.18 libpthread:40:2.27 libpthread:7f:2.28
libpthread:7f:2.30 libpthread:7f:2.31 libpthread:8:2.4 libresolv:14:2.17 libresolv:1:2.2.5 libresolv:20:2.2 libresolv:22:2.2 libresolv:23:2.3.2 libresolv:2:2.0
libresolv:2b:2.9 libresolv:40:2.27 libresolv:80:2.36 libresolv:8:2.4 librt:14:2.17 librt:1:2.2.5 librt:20:2.2 librt:21:2.3.3 librt:22:2.2 librt:23:2.3.4
librt:2:2.1 librt:2b:2.4 librt:2b:2.7 librt:40:2.27 librt:8:2.4 libthread_db:14:2.17 libthread_db:1:2.2.5 libthread_db:20:2.2 libthread_db:22:2.2.3
libthread_db:23:2.3 libthread_db:23:2.3.3 libthread_db:2:2.1.3 libthread_db:40:2.27 libthread_db:80:2.36 libthread_db:8:2.4 libutil:14:2.17 libutil:1:2.2.5
libutil:20:2.2 libutil:2:2.0 libutil:40:2.27 libutil:8:2.4
`;

/** Sets of rows. Each row is two digits in base 36. */
export const SIGNATURES = `
00 01 02 030405070b0e0f 030405070b0f0y12161r2p34353n 030405070f0y12161r2p3435 030405080b0e0f 030a0b0e0f 06 09 0b0c0e0f 0d0e 0g0h0i0j0k0l0m0y12161r2p3435
0n0o0p0q0r0s3234 0t 0t12161r2p2t3435 0t12161r2p34355y5z61686g6k 0t121f35 0t1a 0t1b 0t1c 0u 0v 0w 0w2u34 0x4d 0y1112161r2p3435 0y1215161r2p3435
0y1215161r2p34355y5z6061686k 0y1215161u2p3435 0y12161i1r2p3435 0y12161m1r1u23282p 0y12161m1r2p3435 0y12161n1r2p34355y5z6165686g6k 0y12161o1r1u2p35
0y12161o1u2p3435 0y12161p1r2p3435 0y12161q1r2p 0y12161q1r2p34 0y12161q1r2p344e4f4g4k4l515b 0y12161q1r2p344e4f4g4k4m515b 0y12161q1u2p34 0y12161r1u2p3435
0y12161r1u2p34355y5z6168696g6k 0y12161r1w2p3435 0y12161r2p323435 0y12161r2p3435 0y12161r2p34353a5y5z61686g6k 0y12161r2p34353i 0y12161r2p34353n
0y12161r2p34354e4f4g4l515b5c 0y12161r2p34354e4f4g4m515b5c 0y12161r2p34355y5z61686g6k 0y12161r2p34355y5z61686k 0y12161r2p35 0y12161r2p353n 0y12161r2w3435
0y12161r35 0y12161u2p3435 0y12161u2p34354e4f4g4m515b5c 0y12161u2p34355y5z61696g6k 0y12161u2p34355y5z626g6k 0y12161u2p35 0y12161v2p3435 0y12161v2p35 0y12161v35
0y12161w2p34355y5z616b6k 0y12161x2p3435 0y121a1u2p344e4f4h4m515b 0y121f1q2p34 0y121f1r2p3435 0y121f1u2p3435 0y121f1u2p35 0y121f1u2w3435 0y121f1z2p3435
0y121f262p3435 0y121f2k2p3435 0y121f2p3435 0y121f2p34353n 0y121f2p34355y5z626g6k 0y121f2p35 0y121g2p3435 0y121h2p3435 0y121i2p3435 0y121i2p35 0y121j2p3435
0y15222p34 0y1d2p3439 0y1e1y2p3435 0y1l2p34355y646g6k 0y1m1q2p34 0y1m2p3435 0y1n2p3435 0y1o1p2p3435 0y1o2p3435 0y1p1q2p34 0y1p2p3435 0y1p2p35 0y212m2p34
0y212p34 0y212p343n 0y222p34 0y232p34 0y242p34 0y252p34 0y262p34 0y272p34 0y272p343n 0y282p 0y282p34 0y292p34 0y2a2p34 0y2b2p34 0y2c2p34 0y2d2p34
0z13181s363j3k3l3m3o 1014191t2q376l6m6n6q6s6u 10141k2q376l6m6o6s6u 12 12161r 12161r35 121f 121r35 121u 161r 161r2p2s 172g 1r 1r20 1u4e4f4g4k4m515b
1u4e4f4g4m515b5c 1v 2e 2f 2h 2i2p34 2i2p346w6z75 2j2p34 2l2p34 2n2p34 2o2p34 2p 2r 2v34 2w34 2x34 2y34 2z34 3034 30345y5z61686g6k 30345y5z636g6k 30345y66676g6k
3134 31343n 3234 32343w3x3y41424344 32343w3x3y414344 32343w3x3y424344 32343w3z4344 32343w404344 32345y5z6168696g6k 32345y5z61686g6k 32345y5z61696g6k
32345y5z616a6g6k 32345y5z626g6k 32345y66676g6k 32345y666g6k 32345y676g6k 32345y6c6g 32345y6d6g 32345y6e6g 32346f6g 32346h 32346i 32346j 32346l6r6s 32346q
32346v6w6x717274 32346v6w6x717475 32346v6w6y6z7475 32346v6w6z7475 32346v707475 32346v7374 32347g7h7i7j7k7l 3334 345y5z626g6k 35 38 3b 3c 3d 3e 3f 3g 3h 3i
3p3q3r3s3t3u3v 3p3q3r3s3t3v 45 454h 46 47 48 49 4a 4b 4c 4d 4d52555b 4d525b 4e4f4g4k4l4v515b 4e4f4g4k4l515b 4e4f4g4k4m 4e4f4g4k4m515b 4e4f4g4l4s515b5c
4e4f4g4l4v515b5c 4e4f4g4l4y515b5c 4e4f4g4l50515b5c 4e4f4g4l515b5c 4e4f4g4l575b5c 4e4f4g4l5c 4e4f4g4m4t515b5c 4e4f4g4m4y515b5c 4e4f4g4m4z515b5c 4e4f4g4m515b5c
4e4f4g4m575b5c 4e4f4g4m5c 4e4f4h4m515b 4e4f4i4m515b5c 4e4f4i515b5c 4e4f4k4m515b 4e4j51 4e4o51 4n 4p 4q515b 4r515b 4u515b 4v515b 4w515b 4x51595b 4x515b 53555b
535b 545b 565b 57595b 575b 585b 5a5b 5d 5e 5f 5g 5h 5i 5j 5k 5l 5m 5n 5o 5p 5q5r5s5u5w5x 5q5r5s5v5w5x 5q5r5s5v5x 5q5r5t5w5x 5y5z61686g6k 5y5z626g6k 5y6e6g
5z6168 6l6m6n6q6s6t6u 6l6m6n6q6u 6l6m6o6s6t6u 6l6p6s6t6u 6l6r6s6t 7677787c7d7e7f 7677797d7e7f 767a7d7e7f 767b7d7e7f
`;

/** All symbols, front-coded, each with two digits for its set of rows. Variables end in `=`. */
export const GLIBC_NAMES = `
1r0_Exit,4a1Fork,1m1IO_2_1_stderr_=1mbin_=1mbout_=1a4adjust_column,25bwcolumn,1a4default_doallocate,1acfinish,1acpbackfail,1acuflow,1acxsgetn,1aeputn,165o_write
,1a6allocbuf,164fclose,165dopen,1a5eof,1a6rror,1a5flush,1y5getpos,1zb64,1a8s,165ile_attach,1a9close,16e_it,1a9doallocate,1m9finish,16aopen,169init,1a9jumps=1a9o
pen,16averflow,1a9read,1a9seek,16doff,16btbuf,1aatat,16aync,169underflow,169write,169xsputn,1g5lockfile,1a6ush_all,1ad_linebuffered,165open,125printf,1a6uts,1a5
read,1a7e_backup_area,259wbackup_area,1y5setpos,1zb64,1a5tell,1g6rylockfile,1g5unlockfile,1a5write,1a4getc,1a7line,1mb_info,1a7s,1a4init,1a8_marker,259wmarker,2
55ter_begin,259end,259file,259next,254least_wmarker,1a5ink_in,1a6st_all=259lock,259resetlock,259unlock,1a4marker_delta,1acifference,1a4padn,1a5eekc_locked,165op
en,125rintf,166oc_close,169open,1a5utc,1a7s,1a4remove_marker,1a4seekmark,1a8off,1a8pos,258wmark,1a6tb,1a8uffer,1a7vbuf,1a5getn,125printf,1a6utbackc,25cwc,125sca
nf,3j5tderr_=3j7in_=3j7out_=1a6r_init_readonly,1adstatic,1a8overflow,1a8pbackfail,1a8seekoff,1a8underflow,1a5ungetc,25awc,1a5witch_to_get_mode,25emain_wget_area
,25ewbackup_area,25fget_mode,1a4un_link,1a6getc,1a6save_markers,25bwmarkers,124vfprintf,116scanf,125sprintf,254wdefault_doallocate,25dfinish,25dpbackfail,25dufl
ow,25dxsgetn,25fputn,256o_write,257allocbuf,255file_jumps=25aoverflow,25aseekoff,25bync,25aunderflow,25axsputn,255marker_delta,255setb,641LIB_VERSION=751ZGVbN2v
_acos,75dh,75asin,75dh,75atan,75dh,759cbrt,74aos,75ch,759erf,75cc,74axp,75c10,75c2,75cm1,749log,75c10,75dp,75c2,749sin,75ch,759tan,75ch,758v_atan2,75ahypot,74ap
ow,749v_sincos,7564v_acosf,75dhf,75asinf,75dhf,75atanf,75dhf,759cbrtf,74aosf,75chf,759erfcf,75cf,75axp10f,75c2f,74cf,75cm1f,759log10f,75dpf,75c2f,74cf,749sinf,7
5chf,759tanf,75chf,758v_atan2f,75ahypotf,74apowf,749v_sincosf,754cN4v_acos,75dh,75asin,75dh,75atan,75dh,759cbrt,74aos,75ch,759erf,75cc,74axp,75c10,75c2,75cm1,74
9log,75c10,75dp,75c2,749sin,75ch,759tan,75ch,758v_atan2,75ahypot,74apow,749v_sincos,7568v_acosf,75dhf,75asinf,75dhf,75atanf,75dhf,759cbrtf,74aosf,75chf,759erfcf
,75cf,75axp10f,75c2f,74cf,75cm1f,759log10f,75dpf,75c2f,74cf,749sinf,75chf,759tanf,75chf,758v_atan2f,75ahypotf,74apowf,749v_sincosf,754dN4v_acos,75dh,75asin,75dh
,75atan,75dh,759cbrt,74aos,75ch,759erf,75cc,74axp,75c10,75c2,75cm1,749log,75c10,75dp,75c2,749sin,75ch,759tan,75ch,758v_atan2,75ahypot,74apow,749v_sincos,7568v_a
cosf,75dhf,75asinf,75dhf,75atanf,75dhf,759cbrtf,74aosf,75chf,759erfcf,75cf,75axp10f,75c2f,74cf,75cm1f,759log10f,75dpf,75c2f,74cf,749sinf,75chf,759tanf,75chf,758
v_atan2f,75ahypotf,74apowf,749v_sincosf,754eN16v_acosf,75ehf,75bsinf,75ehf,75btanf,75ehf,75acbrtf,74bosf,75dhf,75aerfcf,75df,75bxp10f,75d2f,74df,75dm1f,75alog10
f,75epf,75d2f,74df,74asinf,75dhf,75atanf,75dhf,759v_atan2f,75bhypotf,74bpowf,74av_sincosf,7568v_acos,75dh,75asin,75dh,75atan,75dh,759cbrt,74aos,75ch,759erf,75cc
,74axp,75c10,75c2,75cm1,749log,75c10,75dp,75c2,749sin,75ch,759tan,75ch,758v_atan2,75ahypot,74apow,749v_sincos,774nN2v_acos,77df,78dh,78ef,7adpi,7aff,77asin,77df
,78dh,78ef,7adpi,7aff,77atan,77df,78dh,78ef,7adpi,7aff,789cbrt,78df,76aos,77cf,78ch,78df,79cpi,79ef,789erf,78cc,78df,78cf,76axp,77c10,77ef,77c2,77df,77cf,77cm1,
77ef,769log,77c10,77ef,77dp,77ef,77c2,77df,77cf,79cp1,79ef,769sin,77cf,78ch,78df,79cpi,79ef,779tan,77cf,78ch,78df,79cpi,79ef,778v_atan2,77ff,7afpi,7ahf,78ahypot
,78ff,78apow,78df,7764v_acosf,78dhf,7adpif,77asinf,78dhf,7adpif,77atanf,78dhf,7adpif,789cbrtf,76aosf,78chf,79cpif,789erfcf,78cf,77axp10f,77c2f,76cf,77cm1f,779lo
g10f,77dpf,77c2f,76cf,79cp1f,769sinf,78chf,79cpif,779tanf,78chf,79cpif,778v_atan2f,7afpif,78ahypotf,78apowf,774sMxv_acos,77df,78dh,78ef,7adpi,7aff,77asin,77df,7
8dh,78ef,7adpi,7aff,77atan,77df,78dh,78ef,7adpi,7aff,789cbrt,78df,76aos,76cf,78ch,78df,79cpi,79ef,789erf,78cc,78df,78cf,76axp,77c10,77ef,77c2,77df,76cf,77cm1,77
ef,769log,77c10,77ef,77dp,77ef,77c2,77df,76cf,79cp1,79ef,769sin,76cf,78ch,78df,79cpi,79ef,779tan,77cf,78ch,78df,79cpi,79ef,778v_atan2,77ff,7afpi,7ahf,78ahypot,7
8ff,78apow,78df,581__adjtimex64,3h3brk_addr=093tls_get_addr,6g2acos_finite,5r6f128_finite,6g7_finite,6g6h_finite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finit
e,5l6ieee128,6f6l_finite,5o6piieee128,583djtime64,1a9x,563eabi_MB_CUR_MAX,568assert,569texit,568errno_addr,568localeconv,568memclr,56e4,56e8,56cpy,56e4,56e8,56b
move,56f4,56f8,56bset,56e4,56e8,1i3fter_morecore_hook=583io_suspend_time64,3a3rch_prctl,0l4gp_errorieee128,0l7failureieee128,1a5z_count,1a7next,1a7stringify,6g3
sin_finite,5r6f128_finite,6g7_finite,5l6hieee128,5l6ieee128,6f6l_finite,5o6piieee128,154printf,35a_chk,0leieee128,0laieee128,254sert,1a8_fail,1a9perror_fail,6g3
tan2_finite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finite,5o7piieee128,6g6h_finite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finite,5l6ieee128,5o6piieee128,7
j2b64_ntop,7j6pton,1m3acktrace,1mb_symbols,1mj_fd,1a3sd_getpgrp,1a3zero,5l2cabsieee128,5l4coshieee128,5l7ieee128,5l4nonicalizeieee128,5l4rgieee128,5l4sinhieee12
8,5l7ieee128,5l4tanhieee128,5l7ieee128,5l3brtieee128,5l3coshieee128,5l6ieee128,5l3eilieee128,5l4xpieee128,1a3heck_rhosts_file=2o4k_fail,5l3imagieee128,583lock_a
djtime64,588getres64,58btime64,588nanosleep_time64,588settime64,685g10,688f,5l8ieee128,5x8l,5l6ieee128,1a5ne,1g5se,1a3msg_nxthdr,583nd_timedwait64,5p3ompoundnie
ee128,314nfstr_chk,5l5jieee128,1g5nect,5l4pysignieee128,6g4sh_finite,5r6f128_finite,6g7_finite,5l6ieee128,6f6l_finite,5l5ieee128,5o5piieee128,5l3powieee128,5l4r
ojieee128,5l3realieee128,5l3sinhieee128,5l6ieee128,5l4qrtieee128,5l3tanhieee128,5l6ieee128,584ime64,589_r,3b4ype32_b=3datolower=3dcupper=3b7_b=2j9_loc,0c8get_mb
_cur_max,3b8tolower=2jf_loc,3baupper=2jf_loc,1a3urbrk=2r3xa_at_quick_exit,1v8exit,1v6finalize,3t6thread_atexit_impl,253yg_profile_func_enter,25kxit,1a2daylight=
1a3cgettext,1i3efault_morecore,3g4register_frame,3gi_info,1a3gettext,583ifftime64,3j4vdi3,383n_comp,7j7unt_labels,395expand,385skipname,353printf_chk,0ldieee128
,0l9ieee128,1a3up2,1m5locale,252endmntent,1a4viron=593poll_pwait2_time64,5l3rfcieee128,5l5ieee128,0l4rieee128,1g5no_location,0l5or_at_lineieee128,0l7ieee128,0l5
xieee128,6g3xp10_finite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finite,5n7m1ieee128,6g52_finite,5r6f128_finite,6g7_finite,5l6ieee128,6f6l_finite,5n6m1ieee128,
6g5_finite,5r5f128_finite,6g6_finite,5l5ieee128,6h5l,6f6_finite,3v6icit_bzero_chk,5l5m1ieee128,6h7l,5l2f32addieee128,5l5divieee128,5m5fmaieee128,5l5mulieee128,5
m5sqrtieee128,5l6ubieee128,5l364addieee128,5l5divieee128,5m5fmaieee128,5l5mulieee128,5m5sqrtieee128,5l6ubieee128,5l3absieee128,253bufsize,1g3cntl,587_time64,2x3
delt_chk,2x8warn,5l4imieee128,5i3e_dfl_env=5k9mode=5i5enabled_env=5i5nomask_env,5i7nieee_env=3i4ntry__,1a3fs,313gets_chk,318unlocked_chk,316ws_chk,319unlocked_c
hk,1f3inite,1f8f,5r9128,148l,253lbf,5l4oorieee128,5l3maieee128,5l5xieee128,5m7mum_mag_numieee128,5meieee128,5mbnumieee128,5maieee128,5l6magieee128,5l4inieee128,
5m7mum_mag_numieee128,5meieee128,5mbnumieee128,5maieee128,5l6magieee128,6g4od_finite,5r6f128_finite,6g7_finite,5l6ieee128,6f6l_finite,1h3ork,7j3p_nquery,7j5quer
y,7j5resstat,684classify,68cf,5rd128,6bcl,254ending,2n4rintf_chk,0ldieee128,0l9ieee128,1a4u_control=255rge,3g3rame_state_for,344ead_chk,348unlocked_chk,257able,
257ing,7c5e_fdresult,1j7hook=1m6locale,5l5xpieee128,5l4omfpieee128,5l8xieee128,0l3scanfieee128,254etlocking,584tat64_time64,587at64_time64,583ts64_children_time
64,589lose_time64,588open_time64,588read_time64,588set_time64,584w64_time64,583utimens64,588s64,589at64,313wprintf_chk,0leieee128,0laieee128,254ritable,257ing,0
l4scanfieee128,1i3xstat,20864,308at,30a64,582gai_suspend_time64,6g4mma_r_finite,5r7f128_r_finite,6g8_r_finite,6f7l_r_finite,2y3etauxval,315cwd_chk,1a5delim,316o
mainname_chk,315groups_chk,315hostname_chk,585itimer64,315login_r_chk,255mntent_r,1a5pagesize,5l7yloadieee128,1a6gid,1a6id,585rusage64,2o5s_chk,586ockopt64,1a5t
imeofday,58e64,315wd_chk,583lob64_time64,586free64_time64,583mtime64,58a_r,1a8_r,563nu_Unwind_Find_exidx,576mcount_nc,1g2h_errno_location,7j3ostalias,6g3ypot_fi
nite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finite,5l2ilogbieee128,5f3net_ntop_chk,5f7pton_chk,583octl_time64,1m3salnum_l,1m6pha_l,1m5scii_l,1m4blank_l,5q4ca
nonicall,1m5ntrl_l,2j5type,1m4digit_l,6p4eqsig,6p9f,5ra128,6k9l,1m4graph_l,1a4inf,1a7f,5r8128,127l,1m4lower_l,1a4nan,1a7f,0p8128,127l,5c4oc23_fscanf,0mfieee128,
5cawscanf,0mgieee128,5c9scanf,0meieee128,5cascanf,0mfieee128,5catrtoimax,5cel,5cf_l,5cfl,5cg_l,5ceul,5cg_l,5cgl,5ch_l,5cfmax,5cawscanf,0mgieee128,5c9vfscanf,0mg
ieee128,5cbwscanf,0mhieee128,5cascanf,0mfieee128,5cbscanf,0mgieee128,5cbwscanf,0mhieee128,5cawscanf,0mgieee128,5c9wcstoimax,5cel,5cf_l,5cfl,5cg_l,5ceul,5cg_l,5c
gl,5ch_l,5cfmax,5cascanf,0mfieee128,34699_fscanf,0lfieee128,34awscanf,0lgieee128,349scanf,0leieee128,34ascanf,0lfieee128,34awscanf,0lgieee128,349vfscanf,0lgieee
128,34bwscanf,0lhieee128,34ascanf,0lfieee128,34bscanf,0lgieee128,34bwscanf,0lhieee128,34awscanf,0lgieee128,349wscanf,0lfieee128,1m4print_l,1m5unct_l,6l4signalin
g,6ldf,5re128,6jdl,1m5pace_l,1m4upper_l,1m4walnum_l,1m7pha_l,1m5blank_l,1m5cntrl_l,1a6type,1ma_l,1m5digit_l,1m5graph_l,1m5lower_l,1m5print_l,1m6unct_l,1m5space_
l,1m5upper_l,1m5xdigit_l,1m4xdigit_l,1a3validuser,6g2j0_finite,5r4f128_finite,6g5_finite,5l4ieee128,6f4l_finite,6g31_finite,5r4f128_finite,6g5_finite,5l4ieee128
,6f4l_finite,6g3n_finite,5r4f128_finite,6g5_finite,5l4ieee128,6f4l_finite,1q2key_decryptsession_pk_LOCAL=1q6encryptsession_pk_LOCAL=1q6gendes_LOCAL=5l2ldexpieee
128,6g3gamma_r_finite,5r8f128_r_finite,6g9_r_finite,5l8ieee128,5lf_r,6f8l_r_finite,1o3ibc_allocate_rtsig,1a7calloc,1o8urrent_sigrtmax,1olin,1a7free,1mbres,1a7in
it_first,1a7mallinfo,1aboc,1acpt,058emalign,1a7pvalloc,1a7realloc,1m7sa_len,448ingle_threaded=068tack_end=19art_main,1a7valloc,5l3logbieee128,5l4rintieee128,5l5
oundieee128,7j3oc_aton,7j6ntoa,585altime64,58d_r,6g4g10_finite,5r7f128_finite,6g8_finite,5l7ieee128,6f7l_finite,5n7p1ieee128,5l6pieee128,6g52_finite,5r6f128_fin
ite,6g7_finite,5l6ieee128,6f6l_finite,5n6p1ieee128,6g5_finite,5l5bieee128,5r5f128_finite,6g6_finite,5l5ieee128,6f5l_finite,5n5p1ieee128,2e4ngjmp_chk,5l3rintieee
128,5l4oundieee128,1g3seek,584tat64_time64,583utimes64,1i3xstat,20864,1j2malloc_hook=1l9initialize_hook=1a3brlen,1a5towc,314snrtowcs_chk,315rtowcs_chk,315towcs_
chk,1j3emalign_hook=545cmpeq,3n6py_by2,3nb4,3n9c,2oahk,3n9g,2o5move_chk,1a5pcpy,3n9_by2,3nc4,3ncn,2oachk,1tasmall,3n5set_cc,3nbn_by2,3nf4,3nag,2oahk,3n9gcn_by2,
3nf4,3nag,583ktime64,3j3oddi3,5l5fieee128,1a4nstartup,1i4recore=523q_open_2,585timedreceive_time64,58asend_time64,583sgctl64,583tx_timedlock64,5l2nanieee128,2h5
osleep,58b64,5l3earbyintieee128,1m4wlocale,5l4xtafterieee128,5l6downieee128,5l6toward_to_ieee128,5lcf_to_ieee128,5lcieee128,5l6upieee128,583ftw64_time64,7c3is_d
efault_access,7cegroup,7ceowner,7cettl,7c6finddirectory,7d6hash,7c5bind_connect,7cbreate,7cadestroy,7canext,253l_langinfo_l,0i4dbl__IO_fprintf,0icprintf,0icspri
ntf,0idscanf,0icvfprintf,0iescanf,0idsprintf,0i9_asprintf,0ki_chk,0kadprintf_chk,0iafprintf_chk,0ibwprintf_chk,3paisoc23_fscanf,3piwscanf,3phscanf,3piscanf,3piw
scanf,3phvfscanf,3pjwscanf,3piscanf,3pjscanf,3pjwscanf,3piwscanf,3phwscanf,0je99_fscanf,0jiwscanf,0jhscanf,0jiscanf,0jiwscanf,0jhvfscanf,0jjwscanf,0jiscanf,0jjs
canf,0jjwscanf,0jiwscanf,0jhwscanf,0kaobstack_printf_chk,0kivprintf_chk,0iaprintf_chk,0ihfp,0iasnprintf_chk,0ibprintf_chk,0ibtrfmon_l,0ibwprintf_chk,0ibyslog_ch
k,0kavasprintf_chk,0kbdprintf_chk,0ibfprintf_chk,0icscanf,0icwprintf_chk,0ibprintf_chk,0ibsnprintf,0ij_chk,0icprintf_chk,0icscanf,0ictrfmon,0ii_l,0icwprintf_chk
,0icyslog_chk,0ibwprintf_chk,0iawprintf_chk,3o8argp_error,3odfailure,0i9sprintf,6i8daddl,6i9divl,6i9mull,0i9printf,6i9subl,3o8err,3obor,3od_at_line,3obx,0i8fpri
ntf,0i9scanf,0i9wprintf,0iascanf,5j8nexttowardf,0i8obstack_printf,0igvprintf,0i8printf,0ie_size,0i8scanf,0i9nprintf,0i9printf,0i9scanf,0i9trfmon,0if_l,0i9wprint
f,0iascanf,0i9yslog,0i8vasprintf,0i9dprintf,3o9err,3ocx,0i9fprintf,0iascanf,0iawprintf,0ibscanf,0i9printf,0i9scanf,0ianprintf,0iaprintf,0iascanf,0iawprintf,0ibs
canf,0iayslog,3o9warn,3odx,0iaprintf,0iascanf,3o8warn,3ocx,0i9printf,0i9scanf,1a3ss_configure_lookup,1i6database_lookup,1l6group_lookup,2a6hostname_digits_dots,
1las_lookup,1i6next,1l6passwd_lookup,583tp_gettime64,58dx64,352obstack_printf_chk,0lkieee128,0lgieee128,35avprintf_chk,0llieee128,0lhieee128,1g3pen,27664,348_2,
346_2,346at64_2,348_2,1a3verflow,7j2p_cdname,7j7name,7j5lass,7j9_syms=7j4fqname,7j7name,7j4option,7j4query,7m4rcode,7k4secstodate,7j4time,7j5ype,7j8_syms=023ars
e_hwcap_3_4_and_convert_at_platform,01eand_convert_at_platform,1a3ipe,1m3oll,2y6_chk,2r4six_getopt,6g4w_finite,5r5f128_finite,6g6_finite,5l5ieee128,6f5l_finite,
5p5nieee128,5p5rieee128,0e3pc_get_timebase_freq,584oll64,5a9_chk,2y7_chk,583rctl_time64,1p4ead64,319_chk,317_chk,2n4intf_chk,0lcieee128,129fp,0l9sizeieee128,0l8
ieee128,1a4ofile_frequency,1a5gname=1aa_full=583select64,4m3thread_cleanup_routine,58cockjoin_np64,58bond_clockwait64,58ftimedwait64,7fagetspecific,4hakey_creat
e,58amutex_clocklock64,7fgdestroy,7fginit,7fglock,58gtimedlock64,7fhrylock,7fgunlock,7ffattr_destroy,7fkinit,7fksettype,7faonce,4maregister_cancel,4mp_defer,58b
wlock_clockrdlock64,58mwrlock64,7ghdestroy,7ghinit,7ghrdlock,58htimedrdlock64,58mwrlock64,7giryrdlock,7gkwrlock,55hunlock,7ghwrlock,7fasetspecific,58atimedjoin_
np64,4maunregister_cancel,4mr_restore,4mcwind_next,314sname_r_chk,7j3utlong,7j5short,1p3write64,0l2qecvtieee128,0le_r,0l3fcvtieee128,0le_r,0l3gcvtieee128,1m2raw
memchr,1a3cmd_errstr=1g3ead,316_chk,316link_chk,32aat_chk,1j5lloc_hook=316path_chk,314cv_chk,316from_chk,586mmsg64,587sg64,2k4gister_atfork,3gbframe,3gg_info,3g
l_table,3ghtable,6g4mainder_finite,5rbf128_finite,6gc_finite,5lbieee128,6fbl_finite,5l5quoieee128,7j4s_close,386dnok,386hnok,7l7ostalias,256init,7j7sourserver,3
86mailok,397kquery,7j6nameinquery,257close,257init,397mkquery,397query,39cdomain,397search,399nd,386ownok,7j6queriesmatch,39ay,39bdomain,1a6randomid,396search,3
88nd,277tate,5l3intieee128,3x4scv_flush_icache,3y8hwprobe,5p3ootnieee128,5l4undevenieee128,5l7ieee128,2c3pc_thread_createerr,2cdsvc_fdset,2chmax_pollfd,2chpollf
d,0b3seq_flags=0b7offset=0b7size=5p4qrtieee128,1a2sbrk,6g3calb_finite,6g7f_finite,5l7ieee128,6f7l_finite,5l8nieee128,5l7nieee128,0l5nfieee128,344hed_cpualloc,33
bcount,34bfree,1a8get_priority_max,1amin,1abparam,1abscheduler,588rr_get_interval64,1a8setscheduler,1a8yield,3c3ecure_getenv,1a4lect,58864,584m_clockwait64,586t
imedwait64,585ctl64,585timedop64,0g4nd,586mmsg64,587sg64,584titimer64,255mntent,5l5payloadieee128,5lcsigieee128,1a6gid,585sockopt64,585timeofday64,583hmctl64,1g
3igaction,1l6ddset,1l5delset,1l5ismember,1n5nbit,1n9f,5ra128,1w9l,6m6gam=5l6ificandieee128,1a5pause,0r5setjmp,1v6uspend,585timedwait64,5l4ncosieee128,6g5h_finit
e,5r6f128_finite,6g7_finite,5l6ieee128,6f6l_finite,5l5ieee128,5o5piieee128,2n3nprintf_chk,0leieee128,0laieee128,2n3printf_chk,0ldieee128,0l9ieee128,6g3qrt_finit
e,5r6f128_finite,6g7_finite,5l6ieee128,6f6l_finite,0l3scanfieee128,313tack_chk_fail,0acguard=585t64_time64,256fs,1a4pcpy,2o8_chk,3n9g,1t9small,1a5ncpy,319_chk,1
a4rcasecmp,1mc_l,1m9str,3n7t_c,2oahk,3n9g,3n6hr_c,3n9g,3n8nul_c,3ncg,3n6mp_gg,1m6oll_l,2o6py_chk,3n9g,1t9small,1t6spn_c1,1tb2,1tb3,3nbg,3nag,1a5dup,1a5error_r,1
55fmon_l,0lbieee128,0l9ieee128,0l6romieee128,2j6time_l,5c5lcat_chk,5c7py_chk,3n6en_g,1m5ncasecmp_l,2o8t_chk,3nag,3n7mp_g,3n7py_by2,3nc4,3ncn,2oachk,3nagg,256dup
,1t5pbrk_c2,1tb3,3nbg,3nag,3n5rchr_c,3nag,1t5sep_1c,1t92c,1t93c,1r9g,1t6pn_c1,1ta2,1ta3,3nag,3n9g,3n6tr_cg,3n9g,1a5tod_internal,1m9l,0n7f128_internal,1a8_intern
al,1m9l,0l7ieee128,0le_l,1a7k_r,1ta_1c,1a7l_internal,1m9l,128d_internal,15al,1a8l_internal,1mal,3j7q_internal,1a7ul_internal,1mal,1a9l_internal,1mbl,3j8q_intern
al,1r5verscmp,1m5xfrm_l,313wprintf_chk,0leieee128,0laieee128,0l4scanfieee128,7j3ym_ntop,7j9s,7j6ston,254sconf,0h6tl,315log_chk,0lcieee128,0l8ieee128,1a5v_signal
,5l2tanhieee128,5l5ieee128,5o5piieee128,5l3gammaieee128,583hrd_sleep64,583ime64,586gm64,586r_gettime64,588settime64,587fd_gettime64,58asettime64,586spec_get64,5
8eres64,1a6zone=073ls_get_addr,00e_opt,08aoffset,1m3oascii_l,1m4lower_l,5l4talorderieee128,5lcmagieee128,1m4upper_l,1m4wctrans,1mb_l,1m5lower_l,1m5upper_l,5l3ru
ncieee128,313tyname_r_chk,1a3zname=3j2udivdi3,1a3flow,5l4romfpieee128,5l9xieee128,3j3moddi3,1a3nderflow,2j3selocale,583time64,587nsat64,587s64,352vasprintf_chk,
0lfieee128,0lbieee128,353dprintf_chk,0leieee128,0laieee128,0l3errieee128,0l6xieee128,1u3fork,2n4printf_chk,0leieee128,0laieee128,124scanf,0l9ieee128,314wprintf_
chk,0lfieee128,0lbieee128,0l5scanfieee128,2n3printf_chk,0ldieee128,0l9ieee128,0l3scanfieee128,124nprintf,2nb_chk,0lfieee128,0lbieee128,2n4printf_chk,0leieee128,
0laieee128,124scanf,0l9ieee128,314wprintf_chk,0lfieee128,0lbieee128,0l5scanfieee128,314yslog_chk,0ldieee128,0l9ieee128,0l3warnieee128,0l7xieee128,314printf_chk,
0leieee128,0laieee128,0l4scanfieee128,1g2wait,5863_time64,5864_time64,1a6pid,0l4rnieee128,0l6xieee128,313cpcpy_chk,315ncpy_chk,314rtomb_chk,1m4scasecmp_l,317t_c
hk,1m6oll_l,316py_chk,2j5ftime_l,5c5lcat_chk,5c7py_chk,1m5ncasecmp_l,318t_chk,317py_chk,316rtombs_chk,315rtombs_chk,1a5tod_internal,1m9l,0n7f128_internal,1a8_in
ternal,1m9l,0l7ieee128,0le_l,1a7l_internal,1m9l,128d_internal,15al,1a8l_internal,1mal,317mbs_chk,1a7ul_internal,1mal,1a9l_internal,1mbl,1m5xfrm_l,314tomb_chk,25
5rans_l,1m5ype_l,313memcpy_chk,316move_chk,316pcpy_chk,316set_chk,253overflow,313printf_chk,0ldieee128,0l9ieee128,1g3rite,0l3scanfieee128,253uflow,254nderflow,3
q2x86_get_cpuid_feature_leaf,1i3mknod,308at,1a3pg_basename,256sigpause,2o7trerror_r,1i3stat,20764,6g2y0_finite,5r4f128_finite,6g5_finite,5l4ieee128,6f4l_finite,
6g31_finite,5r4f128_finite,6g5_finite,5l4ieee128,6f4l_finite,6g3n_finite,5r4f128_finite,6g5_finite,5l4ieee128,6f4l_finite,7b3p_check,1q1authenticate,541dl_find_
object,064mcount,1ma_wrapper,1mi_check,1a1environ=1a2xit,251flushlbf,7k1gethtbyaddr,7k8name,7kc2,7k6ent,7j4long,7j4short,1a1libc_intl_domainname=0r2ongjmp,1a1mc
leanup,0f3ount,1a1nl_default_dirname=1a5omain_bindings=1a4msg_cat_cntr=1i2ull_auth=3b1obstack=1a8_allocated_p,1a9begin,1ae_1,1a9free,1a9memory_used,1a9newchunk,
4h1pthread_cleanup_pop,7fk_restore,4hiush,7fl_defer,031r_debug=1a2es=254_hconf=7k5opcodes=1i2pc_dtablesize,1i1seterr_reply,7k4htent,0r4jmp,0v2ys_errlist=0v5nerr
=0y5siglist=1a1tolower,1a3upper,1a0a64l,1a1bort,1a2s,1g1ccept,2r64,1a4ss,1a3t,622os,624f,5t5128,6v532,6v7x,6v564,6r7x,624h,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5
l,5v4l,724pi,726f,6z7128,72732,729x,72764,6z9x,726l,1a1ddmntent,1m3severity,1a2jtime,1a7x,1l2vance,4y1io_cancel,4ya64,4y4error,4y964,4y4fsync,4y964,4y4init,4y4r
ead,4y864,4y6turn,4ya64,4y4suspend,4yb64,4y4write,4y964,1a1larm,2z2igned_alloc,1a2phasort,1z964,5b1rc4random,5ba_buf,5bbuniform,3a3h_prctl,1m2gp_err_exit_status
=1m8or,1m5failure,1m5help,1m5parse,1m6rogram_bug_address=1mdversion=1mk_hook=1m5state_help,1m5usage,1a3z_add,1a8_sep,1a6ppend,1a5count,1a6reate,1ab_sep,1a5delet
e,1a5extract,1a5insert,1a5next,1a5replace,1a5stringify,1a1sctime,1a7_r,622in,624f,5t5128,6v532,6v7x,6v564,6r7x,624h,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,5v4l,
724pi,726f,6z7128,72732,729x,72764,6z9x,726l,122printf,621tan,6242,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,725pi,727f,6z8128,72832,72ax,72864,6zax,727l,624f,5t51
28,6v532,6v7x,6v564,6r7x,624h,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,5v4l,724pi,726f,6z7128,72732,729x,72764,6z9x,726l,3g2exit,1a2of,1a3i,1a3l,1a4l,1q1uthdes_cr
eate,1q8getucred,1q8pk_create,1i4none_create,1i4unix_create,1if_default,1m0backtrace,1m9_symbols,1mh_fd,1a2sename,1a1cmp,1a2opy,1l1dflush,1a1ind,254_textdomain_
codeset,1a4resvport,1a4textdomain,1a1rk,1a1sd_signal,1a2earch,1a1towc,1a1zero,2y0c16rtomb,2y132rtomb,5b18rtomb,681abs,684f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,682
cos,685f,5t6128,6v632,6v8x,6v664,6r8x,685h,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,5x5l,4s2ll_once,044oc,1i4rpc,6p2nonicalize,1ac_file_name,6pcf,5td128,6vd32,6vf
x,6vd64,6rfx,6pcl,1m2pget,1m3set,682rg,684f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,682sin,685f,5t6128,6v632,6v8x,6v664,6r8x,685h,686f,5t7128,6v732,6v9x,6v764,6r9x,5x
6l,5x5l,682tan,685f,5t6128,6v632,6v8x,6v664,6r8x,685h,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,5x5l,1a3close,1a3gets,1a3open,1q1bc_crypt,622rt,624f,5t5128,6v532,6
v7x,6v564,6r7x,5v4l,681cos,684f,5t5128,6v532,6v7x,6v564,6r7x,684h,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,5x4l,621eil,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,682x
p,684f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,5f1fgetibaud,1c6speed,5f5obaud,1c6speed,1a2makeraw,1l2ree,5f2setbaud,5f5ibaud,1c6speed,5f5obaud,1c6speed,1c5speed,1a1hd
ir,1a2flags,1a2mod,162own,1a2root,681imag,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,1a1learenv,1a6rr,1a8_unlocked,1i2nt_broadcast,1i5create,1i5pcreateerror,1i6errn
o,1i9or,1i5spcreateerror,1i7errno,1iaor,1i4raw_create,1i4tcp_create,1i4udp_bufcreate,1i8create,1q5nix_create,1a2ock,2w5_adjtime,3s6getcpuclockid,3s9res,3s9time,
3s6nanosleep,3s6settime,683g,68410,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,684f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,1a3ne,1g3se,4a5_range,1a5dir,4a5from,1a5log,4s1
nd_broadcast,4s4destroy,4s4init,4s4signal,4s4timedwait,4s4wait,731ompoundn,739f,70a128,73a32,73cx,73a64,70cx,739l,1a2nfstr,683j,684f,5t5128,6v532,6v7x,6v564,6r7
x,5x4l,1g3nect,402py_file_range,1e4sign,1e8f,5t9128,6v932,6vbx,6v964,6rbx,138l,622s,623f,5t4128,6v432,6v6x,6v464,6r6x,623h,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4
l,5v3l,723pi,725f,6z6128,72632,728x,72664,6z8x,725l,681pow,684f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,682roj,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,681real,685f,5t6
128,6v632,6v8x,6v664,6r8x,5x5l,1a4t,1m564,1l5e_module,5g2ypt,5g5_r,681sin,684f,5t5128,6v532,6v7x,6v564,6r7x,684h,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,5x4l,682
qrt,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,681tan,684f,5t5128,6v532,6v7x,6v564,6r7x,684h,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,5x4l,1a2ermid,1a2ime,1a5_r,1a1us
erid,6w0daddl,1a2emon,1a2ylight=1a1cgettext,252ngettext,6w1divl,1a1elete_module,1q2s_setparity,6x1fmal,1a1gettext,1a1ifftime,1a2rfd,1a3name,1a2v,2d1l_iterate_ph
dr,4c2addr,4e61,4c2close,4c2error,4e2info,4f2mopen,4b2open,4c2sym,4d2vsym,6w1mull,4a1n_comp,4w3expand,4a3skipname,252gettext,121printf,1a1rand48,1a7_r,622em,624
f,5v4l,6x1sqrtl,6w2ubl,1a1up,1a32,3633,2j3locale,1a1ysize,310eaccess,1q1cb_crypt,1a2vt,1a4_r,5h1ncrypt,5h7_r,1a2daliasent,1a3fsent,1a3grent,1a3hostent,1a3mntent
,1a3netent,1a6grent,1a3protoent,1a4went,1a3rpcent,1a3servent,2r4gent,1a4pent,1a3ttyent,1a3usershell,1a4tent,1m5xent,1a2viron=1a3z_add,1a5entry,1a5get,1a5merge,1
a5remove,1a5strip,2k1poll_create,36c1,2k7tl,336pwait,54b2,2k6wait,1a1rand48,1a7_r,622f,623c,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,623f,5t4128,6v432,6v6x,6v464,
6r6x,5v3l,1a2r,1a3or,1a5_at_line,1a6message_count=1a6one_per_line=1a6print_progname=1a3x,1a1ther_aton,1aa_r,1a6hostton,1a6line,1a6ntoa,1aa_r,1a9host,1a1uidacces
s,341ventfd,347_read,348write,1a1xecl,1a5e,1a5p,1a4v,1a5e,4a6at,1a5p,2t6e,1a2it,602p,65310,675f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,715m1,717f,6y8128,71832,71ax,7
1864,6yax,717l,6632,694f,5t5128,6v532,6v7x,6v564,6r7x,6e4l,714m1,716f,6y7128,71732,719x,71764,6y9x,716l,633f,5t4128,6v432,6v6x,6v464,6r6x,5v3l,3v4icit_bzero,623
m1,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,6s0f32addf128,6w732x,6w764,6s9x,6s3divf128,6w732x,6w764,6s9x,6t3fmaf128,6x732x,6x764,6t9x,6s3mulf128,6w732x,6w764,6s9x
,6t3sqrtf128,6x832x,6x864,6tax,6s4ubf128,6w732x,6w764,6s9x,6s3xaddf128,6w864,6sax,6s4divf128,6w864,6sax,6t4fmaf128,6x864,6tax,6s4mulf128,6w864,6sax,6t4sqrtf128,
6x964,6tbx,6s5ubf128,6w864,6sax,6s164addf128,6s764x,6s3divf128,6s764x,6t3fmaf128,6t764x,6s3mulf128,6s764x,6t3sqrtf128,6t864x,6s4ubf128,6s764x,6s3xaddf128,6s4div
f128,6t4fmaf128,6s4mulf128,6t4sqrtf128,6s5ubf128,621abs,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,312ccessat,6w2dd,6w4l,2r2llocate,2f964,2v2notify_init,2v9mark,1q2
ttach,1a1chdir,1a3flags,1a3mod,316at,1a3own,316at,162lose,1a6all,1b2ntl,41564,5h2rypt,1a2vt,1a4_r,1a1datasync,1q2etach,682im,684f,5t5128,6v532,6v7x,6v564,6r7x,5
x4l,6w3v,6w4l,162open,316dir,6c1eclearexcept,6d2disableexcept,6d2enableexcept,6c2getenv,6d6xcept,6cbflag,6p5mode,685round,682holdexcept,1a2of,1a4_unlocked,6c2ra
iseexcept,1a3ror,1a6_unlocked,6c2setenv,6p6xcept,6cbflag,6p5mode,685round,682testexcept,6pcflag,6c2updateenv,1a2xecve,1a1flush,1a6_unlocked,6x2ma,6x4l,1a2s,1m3l
,1m4l,1a1getc,1m5_unlocked,1a4grent,1a9_r,1y4pos,1z764,1a5went,1a9_r,1a4s,1m5_unlocked,2r5gent,2r9_r,1a5pent,1a9_r,254wc,256_unlocked,255s,256_unlocked,2j4xattr
,1a1ileno,1a6_unlocked,1e2nite,1e6f,136l,2j1listxattr,1a2ock,1g5file,623or,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,681ma,683f,5t4128,6v432,6v6x,6v464,6r6x,5x3l,6
83x,684f,5t5128,6v532,6v7x,6v564,6r7x,6x4imum,6x8_mag,6xc_num,6xgf,6th128,6xh32,6xjx,6xh64,6tjx,6xgl,6xcf,6td128,6xd32,6xfx,6xd64,6tfx,6xcl,6x9num,6xcf,6td128,6
xd32,6xfx,6xd64,6tfx,6xcl,6x8f,6t9128,6x932,6xbx,6x964,6tbx,6x8l,5x4l,6p4mag,6p7f,5t8128,6v832,6vax,6v864,6rax,6p7l,242emopen,682in,684f,5t5128,6v532,6v7x,6v564
,6r7x,6x4imum,6x8_mag,6xc_num,6xgf,6th128,6xh32,6xjx,6xh64,6tjx,6xgl,6xcf,6td128,6xd32,6xfx,6xd64,6tfx,6xcl,6x9num,6xcf,6td128,6xd32,6xfx,6xd64,6tfx,6xcl,6x8f,6
t9128,6x932,6xbx,6x964,6tbx,6x8l,5x4l,6p4mag,6p7f,5t8128,6v832,6vax,6v864,6rax,6p7l,5y2od,5y4f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,1m2tmsg,6w2ul,6w4l,0u1nmatch,16
1open,1m564,1y5cookie,1h2rk,534pty,1a1pathconf,122rintf,1a2utc,1a5_unlocked,1a4s,1m5_unlocked,254wc,256_unlocked,255s,256_unlocked,1a1read,1m5_unlocked,043e,1a4
addrinfo,2j4ifaddrs,2j4locale,2j3movexattr,1a3open,1m764,1e3xp,1e5f,5t6128,6v632,6v8x,6v664,6r8x,135l,6p2omfp,6p6f,5t7128,6v732,6v9x,6v764,6r9x,6p6l,6p6x,6p7f,5
t8128,6v832,6vax,6v864,6rax,6p7l,121scanf,5b3onfig,1a2eek,1m5o,1m664,1y3tpos,1z764,2j4xattr,5b2mount,5b2open,5b2pick,6x2qrt,6x5l,482tat,48564,485at,48764,1a5fs,
1m764,1m5vfs,1m864,6w2ub,6w4l,1g2ync,1a1tell,1m5o,1m664,1a2ime,1a2ok,1a2runcate,1m964,1g3ylockfile,3u2s64_children,3u7lose,3u6open,3u6read,3u6set,1a3_children,1
a5lose,1a4open,1a4read,1a4set,1a2w,1m364,1g1unlockfile,332timens,2j6s,317at,251wide,1x2printf,1a2rite,1m6_unlocked,1x2scanf,0d0gai_cancel,0d4error,1m4strerror,0
d5uspend,622mma,625f,5v5l,1a1cvt,1a1et_avphys_pages,1a4current_dir_name,1l4kernel_syms,1i4myaddress,1a4nprocs,1aa_conf,1a4phys_pages,1a3addrinfo,0db_a,1a4liasby
name,18e_r,1a8ent,18b_r,2y4uxval,1a3c,1a4_unlocked,1a4har,1a7_unlocked,0t4ontext,424pu,1a4wd,1m3date,1m7_err=1m8r,1a4elim,435nts64,1a4irentries,25d64,1a4omainna
me,1a4tablesize,1a3egid,3v4ntropy,1a5v,1a4uid,1a3fsent,1a5file,1a5spec,1a3gid,1a4rent,188_r,1a5gid,188_r,1a5nam,188_r,2d5ouplist,1a8s,1a3hostbyaddr,18d_r,1a9nam
e,1ad2,18e_r,18d_r,1a7ent,18a_r,1a7id,1a7name,2j3ifaddrs,2o4pv4sourcefilter,1a4timer,1a3line,254oadavg,1a5gin,1a8_r,1a3mntent,1a9_r,1q4sg,1m3nameinfo,1a4etbyadd
r,18c_r,1a8name,18c_r,1a6ent,189_r,1a6grent,1ab_r,1q6name,1a3opt,1a6_long,1ab_only,1a3pagesize,1a5ss,6p5yload,6paf,5tb128,6vb32,6vdx,6vb64,6rdx,6pal,1a4eername,
1a4gid,1a5rp,1a4id,1q4msg,1a4pid,1a4riority,1a5otobyname,18e_r,1abumber,18g_r,1a8ent,18b_r,1m4t,1i4ublickey,1a4w,1a5ent,188_r,1a5nam,188_r,1a5uid,188_r,3v3rando
m,1a4esgid,1a6uid,1y4limit,1z964,1a4pcbyname,18c_r,1a9umber,18e_r,1a6ent,189_r,1i6port,1a4usage,1a3s,1i4ecretkey,1a5rvbyname,18d_r,1a9port,18d_r,1a7ent,18a_r,2r
4gent,2r8_r,2r5nam,2r8_r,1a4id,1a4ockname,1a7opt,2o5urcefilter,1a4pent,188_r,1a5nam,188_r,1a4ubopt,1a3text,434id,1a5meofday,1a4tyent,1a6nam,1a3uid,1a4sershell,1
a4tent,1a8_r,1a5id,1a7_r,1a5line,1a9_r,1r5mp,1r7x,1m5xent,1m6id,1m6line,1a3w,254c,255_unlocked,255har,258_unlocked,1a4d,2j3xattr,1k1lob,21464,1a4_pattern_p,1a4f
ree,1m864,1a1mtime,1a6_r,2m1nu_dev_major,2makedev,2m9inor,1m4get_libc_release,1mdversion,1m1rantpt,1a2oup_member,1a1signal,1a1tty,1a0h_errlist=1a2nerr=1a1asmnto
pt,1a1create,1a7_r,1a1destroy,1a8_r,1a1error,1q1ost2netname,1a1search,1a7_r,1a2trerror,1a1tonl,1a4s,611ypot,615f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,1m0iconv,1m5_
close,1m6open,1m1f_freenameindex,1m3indextoname,1m3nameindex,1m7toindex,621logb,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,1r1maxabs,1r4div,1m1n6addr_any=1m8loopbac
k=562b,1a2dex,322et6_opt_append,32afind,32dish,32aget_val,32ainit,32anext,32aset_val,2m9ion_alloc,2meppend,2mdfind,2mdinit,2mdnext,2mdspace,326rth_add,32agetadd
r,32ainit,32areverse,32asegments,32bpace,1a4_addr,1a6ton,1a5lnaof,1a5makeaddr,7j5net_ntop,7j9pton,7j8a,1a8of,1a8work,1a6sap_addr,1aantoa,1a6toa,1a8p,1a5pton,1a2
it_module,1a4groups,1a4state,1a9_r,562l,1a2netgr,312otify_add_watch,318init,36c1,318rm_watch,1a2sque,562w,1a1octl,3e2perm,3e3l,1a1ruserok,258_af,1a1salnum,2j7_l
,1a4pha,2j7_l,1a3scii,1q4tream,1a3tty,1a2blank,2j7_l,1a2cntrl,2j7_l,2j3type,1a2digit,2j7_l,1a2fdtype,1a2graph,2j7_l,1a2inf,1a5f,125l,1a2lower,2j7_l,1a2nan,1a5f,
125l,1a2print,2j7_l,1a3unct,2j7_l,1a2space,2j7_l,1a2upper,2j7_l,1a2walnum,2j8_l,1a5pha,2j8_l,1m3blank,2j8_l,1a3cntrl,2j8_l,1a4type,2j8_l,1a3digit,2j8_l,1a3graph
,2j8_l,1a3lower,2j8_l,1a3print,2j8_l,1a4unct,2j8_l,1a3space,2j8_l,1a3upper,2j8_l,1a3xdigit,2j9_l,1a2xdigit,2j8_l,620j0,622f,5t3128,6v332,6v5x,6v364,6r5x,5v2l,62
11,622f,5t3128,6v332,6v5x,6v364,6r5x,5v2l,621n,622f,5t3128,6v332,6v5x,6v364,6r5x,5v2l,1a1rand48,1a7_r,1q0key_decryptsession,1qi_pk,1q4encryptsession,1qi_pk,1q4g
endes,1q6t_conv,1q4secretkey_is_set,1q6tnet,1q7secret,1a1ill,1a4pg,1a1logctl,1a0l64a,1a1abs,2k1chmod,1a3own,1a2kpwdf,1a2ong48,1a7_r,1e1dexp,1e5f,5t6128,6v632,6v
8x,6v664,6r8x,135l,1a2iv,1a1find,5z1gamma,626_r,5z6f,5t7128,5ta_r,6v732,6v9_r,6v9x,6va_r,6v764,6v9_r,6r9x,6ra_r,627_r,5u6l,5v7_r,2j2etxattr,1a1ink,314at,4x2o_li
stio,4xa64,1a2sten,2j4xattr,1a1labs,1a2div,2j2istxattr,6p2ogb,6p5f,5t6128,6v632,6v8x,6v664,6r8x,6p5l,682rint,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,683ound,687f
,5t8128,6v832,6vax,6v864,6rax,5x7l,1i2seek,1l1oc1=1l32=1y3aleconv,1a5time,1a9_r,1a3kf,1m564,1l3s=602g,62310,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,715p1,717f,6y
8128,71832,71ax,71864,6yax,717l,624p,625f,5t6128,6v632,6v8x,6v664,6r8x,5v5l,6632,694f,5t5128,6v532,6v7x,6v564,6r7x,5x4l,714p1,716f,6y7128,71732,719x,71764,6y9x,
716l,623b,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,633f,5t4128,6v432,6v6x,6v464,6r6x,533in,535_tty,5v3l,533out,713p1,715f,6y6128,71632,718x,71664,6y8x,715l,533wtm
p,0s2ngjmp,1a1rand48,1a7_r,2j2emovexattr,682int,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,682ound,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,1a1search,1g3ek,1p564,2j3t
xattr,482tat,48564,2j1utimes,1a0madvise,1m2kecontext,1d2llinfo,4982,044oc,376_get_state,2s7info,377set_state,1d8tats,1d7trim,1d7usable_size,1d5pt,1i4watch=642th
err,1a1blen,1a2rlen,2y3toc16,2y632,5b68,1a5wc,1a2sinit,1a3nrtowcs,1a3rtowcs,1a3towcs,1a2towc,1d1check,266_check_all,267pedantic,3c2ount,1d1emalign,1a3ccpy,1a4hr
,1a4mp,0q4py,403fd_create,1a4rob,1a3mem,1a4ove,1m3pcpy,253rchr,1a3set,251incore,1a1kdir,315at,253temp,1a2fifo,316at,482nod,485at,342ostemp,34864,2t8s,2t964,1a2s
temp,25764,2t7s,2t864,1a2temp,1a3ime,1a1lock,4052,1a5all,1a1map,1m464,1e1odf,1e4f,5t5128,6v532,6v7x,6v564,6r7x,134l,3f3ify_ldt,252ncontrol,1a3startup,1a2unt,5b5
_setattr,5b2ve_mount,1d1probe,1a4tect,511q_close,513getattr,513notify,513open,513receive,513send,515tattr,513timedreceive,518send,513unlink,1a1rand48,1a7_r,1a2e
map,1y1sgctl,1a3get,1a3rcv,1a3snd,1g2ync,1d1trace,4s2x_destroy,4s4init,4s4lock,4s4timedlock,4s5rylock,4s4unlock,1a1unlock,1a7all,1a3map,1d3trace,2w0name_to_hand
le_at,682n,683f,5t4128,6v432,6v6x,6v464,6r6x,5x3l,1g3osleep,681earbyint,689f,5ta128,6va32,6vcx,6va64,6rcx,5x9l,1q2tname2host,1q8user,2j2wlocale,622xtafter,629f,
5ta128,6va32,6vcx,6va64,6rcx,5v9l,6n4down,6n8f,5t9128,6v932,6vbx,6v964,6rbx,6n8l,5x4toward,5xaf,5xal,6n4up,6n6f,5t7128,6v732,6v9x,6v764,6r9x,6n6l,1i1fsservctl,0
z2tw,0z464,251gettext,1a1ice,7c2s_add,7c7_entry,7c7member,7c4checkpoint,7c5lone_directory,7caobject,7caresult,7c5reategroup,7c4destroy_object,7cbgroup,7c5ir_cmp
,7c5omain_of,7cd_r,7c4first_entry,7c5ree_directory,7c9object,7c9request,7c8names,7c8result,7c8servlist,7c8tags,7c4getnames,7c7servlist,7c4ismember,7c4leaf_of,7c
b_r,7c6rror,7c5ist,7c5ocal_directory,7cagroup,7cahost,7caprincipal,7c6okup,7c4mkdir,7c5odify,7ca_entry,7c4name_of,7cb_r,7c5ext_entry,7c4perror,7c5ing,7c5rint_di
rectory,7caentry,7cagroup,7cf_entry,7calink,7caobject,7caresult,7cbights,7catable,7c4read_obj,7c6move,7ca_entry,7camember,7c5mdir,7c4servstate,7c5perrno,7c9or,7
cb_r,7c5tats,7c4verifygroup,7c4write_obj,1a1l_langinfo,2jb_l,1a1rand48,1a7_r,7n1s_datetosecs,7n3format_ttl,7n3get16,7n632,7n3initparse,7n3makecanon,7n4sg_getfla
g,4v3name_compress,7n8ntol,4vbp,4v8pack,4v9ton,7n8rollback,4v8skip,4v8uncompress,4vapack,7n3parse_ttl,7n8rr,7n4ut16,7n632,7n3samedomain,7n7name,7n4kiprr,7n4prin
trr,7nbf,7n4ubdomain,1a1tohl,1a4s,1m2p_adjtime,1m4gettime,2ubx,1a0obstack_alloc_failed_handler=1a8exit_failure=1a8free,128printf,128vprintf,1a1n_exit,1g1pen,1p4
64,2w4_by_handle_at,1a5memstream,5b5tree,315wmemstream,314at,31664,1a4dir,1a4log,534pty,1a2targ=1a3err=1a3ind=1a3opt=561utb,563l,563w,1a0parse_printf_format,1q2
sswd2des,1a2thconf,1g2use,161close,1a1error,1a3sonality,5b1idfd_getfd,5d9pid,5b6open,5b6send_signal,5d7pawn,5dbp,1a2pe,3642,292vot_root,401key_alloc,405free,405
get,405mprotect,405set,1i1map_getmaps,1i8port,1i5rmtcall,1i5set,1i5unset,1a1oll,162pen,252six_fadvise,22d64,258llocate,22f64,256madvise,267emalign,296openpt,236
spawn,42b_file_actions_addchdir_np,25tlose,4axfrom_np,25sdup2,42sfchdir_np,25sopen,54stcsetpgrp_np,25pdestroy,25pinit,25battr_destroy,5dggetcgroup_np,25jflags,2
5jpgroup,25jschedparam,25policy,25kigdefault,25mmask,25ginit,5dgsetcgroup_np,25jflags,25jpgroup,25jschedparam,25policy,25kigdefault,25mmask,23bp,602w,6a310,6a5f
,5w5l,633f,5t4128,6v432,6v6x,6v464,6r6x,5v3l,733n,734f,705128,73532,737x,73564,707x,734l,733r,734f,705128,73532,737x,73564,707x,734l,311poll,1a1rctl,1p2ead,1p56
4,2r5v,3w62,2r664,3w8v2,122intf,156_size,1mb_info,2v2limit,2v764,5b2ocess_madvise,5b9release,2x8vm_readv,2xbwritev,1a3fil,566_counter,1a3gram_invocation_name=1a
jshort_name=1a1select,2r2iginfo,1a4nal,7i1thread_atfork,1gatr_destroy,4ldgetaffinity_np,1ggdetachstate,4igguardsize,1gginheritsched,1ggschedparam,1gmolicy,1giop
e,44higmask_np,4khtack,4iladdr,4ilsize,17dinit,47dsetaffinity_np,1ggdetachstate,4igguardsize,1gginheritsched,1ggschedparam,1gmolicy,1giope,44higmask_np,4khtack,
4iladdr,4ilsize,4k8barrier_destroy,4kginit,4kgwait,4kfattr_destroy,4mkgetpshared,4kkinit,4kksetpshared,4h8cancel,4u9lockjoin_np,0x9ond_broadcast,4tdclockwait,0x
ddestroy,0xdinit,0xdsignal,0xdtimedwait,0xdwait,1gcattr_destroy,4mhgetclock,4kkpshared,1ghinit,4mhsetclock,4kkpshared,4g9reate,4h8detach,1g8equal,1g9xit,478geta
ffinity_np,4rcttr_default_np,46gnp,4ibconcurrency,4kcpuclockid,4pbname_np,1gbschedparam,4hcpecific,5fbtid_np,4h8join,4h8key_create,4hcdelete,4h9ill,7fc_other_th
reads_np,4t8mutex_clocklock,4pfonsistent,7ho_np,1gedestroy,4qegetprioceiling,1geinit,1gelock,4qesetprioceiling,4ketimedlock,4hfrylock,1geunlock,4hdattr_destroy,
7figetkind_np,4qlprioceiling,4qnotocol,4kmshared,4plrobust,7hr_np,4iltype,4hiinit,7fisetkind_np,4qlprioceiling,4qnotocol,4kmshared,4plrobust,7hr_np,4iltype,4h8o
nce,4t8rwlock_clockrdlock,4tkwrlock,4ifdestroy,4ifinit,4ifrdlock,4kftimedrdlock,4kkwrlock,4igryrdlock,4iiwrlock,4ifunlock,4ifwrlock,4ieattr_destroy,4ijgetkind_n
p,4impshared,4ijinit,4ijsetkind_np,4impshared,1h8self,4lataffinity_np,4rcttr_default_np,1gbcancelstate,1ghtype,4iconcurrency,4pbname_np,1gbschedparam,4nhrio,4hc
pecific,459igmask,4obqueue,4k9pin_destroy,4kdinit,4kdlock,4kdtrylock,4kdunlock,4h8testcancel,4m9imedjoin_np,4m9ryjoin_np,7g8yield,1a2race,1m2sname,1m7_r,1a1utc,
1a4_unlocked,1a4har,1a7_unlocked,1a3env,1m3grent,1q3msg,1q3pmsg,1a4went,1a3s,2r4gent,1a4pent,1a3utline,1m5xline,1a3w,254c,255_unlocked,255har,258_unlocked,1d1va
lloc,1p1write,1p664,2r6v,3w72,2r764,3w9v2,120qecvt,125_r,121fcvt,125_r,121gcvt,1a1sort,355_r,1l1uery_module,2q2ick_exit,1a2otactl,1g0raise,1a2nd,1a4_r,1a4om,1a6
_r,1m2wmemchr,1a1cmd,254_af,1a1e_comp,1a7ile_fastmap,1abpattern,1a3exec,1a3match,1a8_2,3b5x_failures=1a3search,1a9_2,1a5t_registers,1a7syntax,1a4yntax_options=1
g2ad,7c4ColdStartFile,2j4ahead,1a4dir,1z764,1z9_r,1a7_r,1a4link,318at,1a4v,043lloc,3w7array,0w4path,1a2boot,1g2cv,1g4from,2u4mmsg,1g5sg,1a2gcomp,1a3error,104xec
,1a3free,1a3ister_printf_function,2rgmodifier,2rgspecifier,2rgtype,1i8rpc,622mainder,629f,5ta128,6va32,6vcx,6va64,6rcx,5v9l,2m4p_file_pages,1a3ove,2j6xattr,1a3q
ue,685o,686f,5t7128,6v732,6v9x,6v764,6r9x,5x6l,1a2name,316at,4182,4a2s_dnok,7k4gethostbyaddr,7kdname,7kh2,4a4hnok,3j4init,4a4mailok,4w5kquery,4a4nmkquery,4a5que
ry,4aadomain,4a5search,4a7nd,4a4ownok,4w4query,4w9domain,4w4search,4a6nd,7k8_setqhook,7kcrhook,1a2voke,1a2wind,1a6dir,1a2xec,255_af,1a5options=1a1index,623t,624
f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,1a1mdir,731ootn,735f,706128,73632,738x,73664,708x,735l,682und,6p5even,6p9f,5ta128,6va32,6vcx,6va64,6rcx,6p9l,685f,5t6128,6v6
32,6v8x,6v664,6r8x,5x5l,1i1pc_createerr=1a2match,1a1resvport,259_af,731sqrt,735f,706128,73632,738x,73664,708x,735l,1q1time,1a1userok,257_af,1a5pass,1a0sbrk,621c
alb,625f,5v5l,3m6n,3m7f,5t8128,6v832,6vax,6v864,6rax,3l7l,1e5n,1e6f,5t7128,6v732,6v9x,6v764,6r9x,136l,1a3ndir,1z764,2x7at,2x964,124f,1a2hed_get_priority_max,1ak
in,2l9affinity,5eattr,339cpu,1a9param,1a9scheduler,1a6rr_get_interval,2l6setaffinity,5eattr,1a9param,1a9scheduler,1a6yield,3r1ecure_getenv,1a2ed48,1a6_r,1a3kdir
,1a2lect,4t2m_clockwait,4j7se,4g4destroy,4g4getvalue,4g4init,4j4open,4g4post,4k4timedwait,4g5rywait,4j4unlink,4g4wait,1y3ctl,1a3get,1a3op,2m3timedop,1g2nd,1m4fi
le,2j864,2w4mmsg,1g5sg,1g4to,1a2taliasent,1a3buf,1a6fer,1a3context,1a3domainname,1a3egid,1a4nv,1a4uid,1a3fsent,1a5gid,1a5uid,1a3gid,1a4rent,1a5oups,1a3hostent,1
a7id,1a7name,2o3ipv4sourcefilter,1a4timer,0r3jmp,5h3key,5h6_r,1a3linebuf,1a4ocale,1a5gin,1a6mask,1a3mntent,1a3netent,1a6grent,2w4s,6p3payload,6paf,5tb128,6vb32,
6vdx,6vb64,6rdx,6pal,6pasig,6pdf,5te128,6ve32,6vgx,6ve64,6rgx,6pdl,1a4gid,1a5rp,1a4riority,1a5otoent,1a4went,1a3regid,1a5sgid,1a6uid,1a5uid,1y4limit,1m964,1a4pc
ent,1a3servent,2r4gent,1a4id,1a4ockopt,2o5urcefilter,1a4pent,1a4tate,1a8_r,1a3timeofday,1a4tyent,1a3uid,1a4sershell,1a4tent,1m5xent,1a3vbuf,2j3xattr,2r1getsgent
,2r9_r,1a5pent,1a9_r,501hm_open,504unlink,1a3at,1y3ctl,1a3dt,1a3get,1a2utdown,441igabbrev_np,1g4ction,1a4ddset,1a4ltstack,1a4ndset,1a3block,1a3delset,445scr_np,
1a3emptyset,1a3fillset,1a3getmask,1m3hold,1m3ignore,1a4nterrupt,1a4semptyset,1a5member,0s3longjmp,1a3nal,346fd,624gam=624ificand,62bf,5vbl,1a3orset,1a3pause,1a4
ending,1a4rocmask,1m3queue,1m3relse,1a5turn,1m3set,1a6mask,1a4tack,1a4uspend,1m3timedwait,1l3vec,1g3wait,1m7info,622n,683cos,686f,5t7128,6v732,6v9x,6v764,6r9x,5
x6l,623f,5t4128,6v432,6v6x,6v464,6r6x,623h,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,5v3l,723pi,725f,6z6128,72632,728x,72664,6z8x,725l,1a1leep,121nprintf,2d1ockatm
ark,1a4et,1a6pair,321plice,122rintf,2b3ofil,621qrt,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,1a1rand,1a548,1a7_r,1a5om,1a7_r,121scanf,1a2ignal,1i2tk,481tat,48464,1
a4fs,1m664,1m4vfs,1m764,414x,5d2dc_bit_ceil_uc,5dfi,5dfl,5dgl,5dfs,5d9floor_uc,5dgi,5dgl,5dhl,5dgs,5d9width_uc,5dgi,5dgl,5dhl,5dgs,5d5count_ones_uc,5dhi,5dhl,5d
il,5dhs,5dbzeros_uc,5dii,5dil,5djl,5dis,5d5first_leading_one_uc,5doi,5dol,5dpl,5dos,5djzero_uc,5dpi,5dpl,5dql,5dps,5dbtrailing_one_uc,5dpi,5dpl,5dql,5dps,5dkzer
o_uc,5dqi,5dql,5drl,5dqs,5d5has_single_bit_uc,5dli,5dll,5dml,5dls,5d5leading_ones_uc,5dji,5djl,5dkl,5djs,5ddzeros_uc,5dki,5dkl,5dll,5dks,5d5trailing_ones_uc,5dk
i,5dkl,5dll,5dks,5dezeros_uc,5dli,5dll,5dml,5dls,1a3err=1a3in=1a3out=1l2ep,1i2ime,1a2pcpy,1a3ncpy,1a2rcasecmp,2ja_l,1m7str,1a5t,1a4hr,1r6nul,1a4mp,1a4oll,2j7_l,
1a4py,1a4spn,1a3dup,1a3error,338_l,1a9r,448desc_np,448name_np,123fmon,2i7_l,3v4romd,3v7f,0o8128,40832,40ax,40864,3zax,3v7l,1a5y,1a4time,2j8_l,5c3lcat,5c5py,1a4e
n,1a3ncasecmp,2jb_l,1a6t,1a5mp,1a5py,1a4dup,1a4len,1a3pbrk,1a4time,2k8_l,1a3rchr,1a3sep,1a4ignal,1a4pn,1a4tr,1a3tod,2j6_l,1a5f,0o6128,0o9_l,40632,408_l,408x,409
_l,40664,408_l,3z8x,3z9_l,2j6_l,1m5imax,1a5k,1a6_r,1a5l,2j6_l,126d,2i7_l,1a6l,2g7_l,1a5q,1a5ul,2j7_l,1a7l,2g8_l,1m6max,1a6q,1m3verscmp,1a3xfrm,2j7_l,1a2ty,1i1vc
_exit,1i4fdset=1i4getreq,28a_common,28bpoll,1iaset,284max_pollfd=284pollfd=1i4register,1i5un,1i4sendreply,1i4unregister,1i3authdes_stats=1i3err_auth,1i7decode,1
i7noproc,1icg,1i7progvers,1i7systemerr,1i7weakauth,1i3fd_create,1i3raw_create,1i3tcp_create,1i3udp_bufcreate,1i7create,1i7enablecache,1q4nix_create,1q7fd_create
,1a1wab,1m3pcontext,1a4off,1a5n,1x2printf,1x2scanf,1a1ymlink,317at,1a2nc,334_file_range,2w4fs,0v2s_errlist=0v4nerr=0y4sigabbrev=0y7list=1a3call,1a4onf,1i4tl,1a3
info,123log,1h3tem,1m3v_signal,620tan,623f,5t4128,6v432,6v6x,6v464,6r6x,623h,624f,5t5128,6v532,6v7x,6v564,6r7x,5v4l,5v3l,723pi,725f,6z6128,72632,728x,72664,6z8x
,725l,1g1cdrain,1a2flow,1a4ush,1a2getattr,1a5pgrp,1m5sid,1a2sendbreak,1a4tattr,1a5pgrp,7o1d_init,7o3log,7p3symbol_list,7o3ta_clear_event,7o6delete,7o6enable_sta
ts,7o7vent_addr,7ocgetmsg,7o6get_nthreads,7oaph,7oastats,7o6map_id2thr,7oalwp2thr,7o6new,7o6reset_stats,7o6set_event,7o9concurrency,7o6thr_iter,7o7sd_iter,7o4hr
_clear_event,7o7dbresume,7o9suspend,7o7event_enable,7odgetmsg,7o7get_info,7oafpregs,7oagregs,7oaxregs,7ofize,7o7set_event,7oafpregs,7oagregs,7oaprio,7oasigpendi
ng,7oaxregs,7o8igsetmask,7q7tls_get_addr,7rabase,7o8sd,7o7validate,1a2elete,1m3stroy,321ee,1a2lldir,1a2mpnam,1a2xtdomain,1a1find,681gamma,686f,5t7128,6v732,6v9x
,6v764,6r9x,5x6l,432kill,4s1hrd_create,416urrent,4s5detach,415equal,4s6xit,4s5join,415sleep,415yield,1a1ime,1a4gm,1a4local,4z4r_create,4z6delete,4z6getoverrun,4
z9time,4z6settime,355fd_create,358gettime,358settime,1a4s,2y5pec_get,4acres,1a4zone=161mpfile,1m764,1a3nam,1a6_r,1a1oascii,1a2lower,2j7_l,6o2talorder,6oaf,5sb12
8,6ub32,6udx,6ub64,6qdx,6oal,6oamag,6odf,5se128,6ue32,6ugx,6ue64,6qgx,6odl,1a2upper,2j7_l,1a2wctrans,2j9_l,1a3lower,2j8_l,1a3upper,2j8_l,1i1r_break,682unc,1a5at
e,1m864,685f,5t6128,6v632,6v8x,6v664,6r8x,5x5l,1a1search,4s2s_create,4s4delete,4s4get,4s4set,1a1tyname,1a7_r,1a3slot,1a1walk,435_r,1a1zname=1a2set,5f0uabs,1a2la
rm,6p1fromfp,6p7f,5t8128,6v832,6vax,6v864,6rax,6p7l,6p7x,6p8f,5t9128,6v932,6vbx,6v964,6rbx,6p8l,5f1imaxabs,5f1labs,1a2ckpwdf,1a2imit,5f2labs,1a1mask,1a2ount,1m6
2,1a1name,1a2getc,255wc,1a2link,316at,1m3ockpt,1a2setenv,313hare,1a1pdwtmp,1m7x,1l1selib,2j4ocale,1q3r2netname,1a2leep,1i2tat,1a1time,335nsat,1a5s,1a2mpname,1m4
xname,1d0valloc,122sprintf,121dprintf,1a1err,1a4x,1m3sionsort,1zb64,1h1fork,122printf,122scanf,1x2wprintf,1x3scanf,1a1hangup,1a1limit,3k1m86,322splice,121printf
,121scanf,122nprintf,122printf,122scanf,1x2wprintf,1x3scanf,122yslog,1i1times,1a1warn,1a5x,1x2printf,1x2scanf,1g0wait,1a43,1a44,1m4id,1g4pid,1a2rn,1a4x,1a1cpcpy
,1a3ncpy,1a2rtomb,1m2scasecmp,2ja_l,1a5t,1a4hr,256nul,1a4mp,1a4oll,2j7_l,1a4py,1a4spn,1a3dup,253ftime,2j8_l,5c3lcat,5c5py,1a4en,1m3ncasecmp,2jb_l,1a6t,1a5mp,1a5
py,1m4len,1a4rtombs,1a3pbrk,1a3rchr,1a4tombs,1a3spn,1a4tr,1a3tod,2j6_l,1a5f,0o6128,0o9_l,40632,408_l,408x,409_l,40664,408_l,3z8x,3z9_l,2j6_l,1m5imax,1a5k,1a5l,2
j6_l,126d,2i7_l,1m6l,2j7_l,1a5mbs,1a5q,1a5ul,2j7_l,1m7l,2j8_l,1m6max,1a6q,1m3wcs,1a4idth,1a3xfrm,2j7_l,1a2tob,1a4mb,1a3rans,2j7_l,1a3ype,2j6_l,1a2width,1a1memch
r,1a5mp,1a5py,1a4move,254pcpy,1a4set,1m1ordexp,1m4free,1x1printf,1g1rite,7c5ColdStartFile,1a5v,1x1scanf,1q0xdecrypt,1i2r_accepted_reply,1i5rray,1q5uthdes_cred,1
qcverf,1i8unix_parms,1i4bool,1i5ytes,1i4callhdr,1i8msg,7c5back_data,1i5har,1i5ryptkeyarg,1if2,1icres,1i4des_block,7b5omainname,1i6uble,1i4enum,1i4float,1i5ree,1
q4getcredres,1s4hyper,1i4int,1q716_t,1q732_t,1s764_t,1q78_t,1i4key_netstarg,1idres,1i7buf,7b7dat,1i7status,1i4long,1s8long_t,7b4mapname,1q4netnamestr,1i7obj,7c4
obj_p,1i5paque,1ia_auth,7b4peername,1i5map,1i8list,1i5ointer,2p4quad_t,1i4reference,1i6jected_reply,1i6plymsg,1i5mtcall_args,1ibres,1i4short,1q5izeof,1i5tring,1
i4u_char,1s6hyper,1i6int,1i6long,1salong_t,2p6quad_t,1i6short,1q5int16_t,1q832_t,1s864_t,1q88_t,1i5nion,1q7xcred,7b4valdat,1i5ector,1i5oid,1i4wrapstring,7b4yp_b
uf,7e6all,7b6bind_binding,7bbresp,7bftype,7bbsetdom,7b6delete_args,7b6map_parms,7b9list,7b6push_status,7baresp_xfr,7b6req_key,7banokey,7baxfr,7b8sp_all,7bbkey_v
al,7bbmaplist,7bdster,7bborder,7bbval,7bbxfr,7b6stat,7b6update_args,7b6xfrstat,1i3mem_create,1i3rec_create,1i7endofrecord,1i8of,1i7skiprecord,1i3stdio_create,1i
1encrypt,1i1prt_register,1i5unregister,620y0,622f,5t3128,6v332,6v5x,6v364,6r5x,5v2l,6211,622f,5t3128,6v332,6v5x,6v364,6r5x,5v2l,621n,622f,5t3128,6v332,6v5x,6v36
4,6r5x,5v2l,7b1p_all,7b3bind,7b3first,7b3get_default_domain,7b3maplist,7b5ster,7b5tch,7b3next,7b3order,7b3unbind,7b4pdate,7b2binderr_string,7b2err_string,7b2pro
t_err,
`;
