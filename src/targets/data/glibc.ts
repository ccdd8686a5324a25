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

/** The first half of all symbols, front-coded, each with two digits for its set of rows. Variables end in `=`. */
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
f,5
`;
