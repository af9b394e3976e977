/** How long the body of each additional data group is: the fixed-width record has no separators, so the length is all there is. */

/** `AA1-4:8` = groups AA1 to AA4 have bodies of 8 characters. AT is in real data only, the others in NOAA's format document. */
const LENGTHS = `
  AA1-4:8 AB1:7 AC1:3 AD1:19 AE1:12 AG1:4 AH1-6:15 AI1-6:15 AJ1:14 AK1:12 AL1-4:7 AM1:18 AN1:9 AO1-4:8 AP1-4:6 AT1-8:9
  AU1-9:8 AW1-6:3 AX1-6:6 AY1-2:5 AZ1-2:5 CB1-2:10 CF1-3:6 CG1-3:8 CH1-2:15 CI1:28 CN1:18 CN2:18 CN3:16 CN4:19 CO1:5
  CO2-9:8 CR1:7 CT1-3:7 CU1-3:13 CV1-3:26 CW1:14 CX1-3:26 ED1:8 GA1-6:13 GD1-6:12 GE1:19 GF1:23 GG1-6:15 GH1:28 GJ1:5
  GK1:4 GL1:6 GM1:30 GN1:28 GO1:19 GP1:31 GQ1:14 GR1:14 HL1:4 IA1:3 IA2:9 IB1:27 IB2:13 IC1:25 KA1-4:10 KB1-3:10
  KC1-2:14 KD1-2:9 KE1:12 KF1:6 KG1-2:11 MA1:12 MD1:11 ME1:6 MF1:12 MG1:12 MH1:12 MK1:24 MV1-7:3 MW1-7:3 OA1-3:8
  OB1-2:28 OC1:5 OD1-3:11 OE1-3:16 RH1-3:9 SA1:5 ST1:17 UA1:10 UG1-2:9 WA1:6 WD1:20 WG1:11 WJ1:19`;

function readLengths(): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const [, letters = '', first, last = first, length] of LENGTHS.matchAll(/([A-Z]{2})(\d)(?:-(\d))?:(\d+)/g)) {
    for (let number = Number(first); number <= Number(last); number++) {
      lengths.set(`${letters}${number}`, Number(length));
    }
  }
  return lengths;
}

/** Characters in the body of each group, by identifier (`GA1`). */
export const GROUP_LENGTHS: ReadonlyMap<string, number> = readLengths();
